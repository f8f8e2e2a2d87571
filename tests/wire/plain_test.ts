/** What is encoded and decoded in a short way comes to the same as in the long one. */
import assert from "node:assert/strict";
import { seeded } from "../../lib/base/chance.ts";
import { decodePayload, encodePayload, PAYLOAD_LIMITS, PayloadError } from "../../lib/wire/payload.ts";
import { NOT_PLAIN, PlainDecoder } from "../../lib/wire/plain_decoder.ts";
import { PLAIN_BYTES, PLAIN_DEPTH, PlainEncoder } from "../../lib/wire/plain_encoder.ts";
import { seedsOf } from "../harness/seeds.ts";
import { test } from "../harness/test.ts";

/** Limits with which the short way is not taken. */
const LONG_WAY = { ...PAYLOAD_LIMITS, maxBytes: PLAIN_BYTES - 1 };
const SEEDS = 20_000;

const encoder = new PlainEncoder();
const decoder = new PlainDecoder();

/** Values that are plain, at the borders of how they are written. */
const PLAIN: readonly unknown[] = [
  null,
  undefined,
  true,
  false,
  ...[0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, 1e300],
  ...[-0, -1, -24, -25, -256, -257, -65_536, -65_537, -(2 ** 31), -(2 ** 32) - 1, -1.5, 0.1, NaN, -Infinity],
  ...["", "word", "~", "x".repeat(23), "x".repeat(24), "x".repeat(200)],
];

/** Values that are not. */
const OTHERS: readonly unknown[] = [
  -(2 ** 31) - 1,
  -(2 ** 32),
  5n,
  "\u00e9",
  "\ud83d\ude00",
  "x".repeat(PLAIN_BYTES),
  {},
  { a: 1 },
  new Map([[1, 2]]),
  new Set([1]),
  new Date(0),
  new Uint8Array(3),
];

function valueBy(random: () => number, depth = 0): unknown {
  const kind = random();
  if (kind < 0.45 && depth < PLAIN_DEPTH + 2) {
    return Array.from({ length: Math.floor(random() * 4) }, () => valueBy(random, depth + 1));
  }
  const from = kind < 0.95 ? PLAIN : OTHERS;
  return from[Math.floor(random() * from.length)];
}

/** What an act comes to: its value, or what it refuses. */
function outcome(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    assert.ok(error instanceof PayloadError, String(error));
    return error.message;
  }
}

test("plain values: each is encoded and decoded the short way, and others are not", () => {
  for (const value of PLAIN) {
    const bytes = encoder.encode([value]);
    assert.ok(bytes !== null, String(value));
    assert.deepEqual(decoder.decode(bytes), [Object.is(value, -0) ? 0 : value]);
  }
  for (const value of OTHERS) {
    assert.equal(encoder.encode([value]), null, String(value));
  }
});

test("plain values: the bytes are those of the long way, and so is what they are decoded to", () => {
  for (const seed of seedsOf(SEEDS)) {
    const value = valueBy(seeded(seed));
    const bytes = new Uint8Array(encodePayload(value));
    if (bytes.length >= PLAIN_BYTES) continue;
    assert.deepEqual(bytes, new Uint8Array(encodePayload(value, LONG_WAY)), `seed ${seed}`);
    assert.deepEqual(decodePayload(bytes), decodePayload(bytes, LONG_WAY), `seed ${seed}`);
  }
});

test("plain values: whatever bytes come in are read, or refused, as the long way does", () => {
  for (const seed of seedsOf(SEEDS)) {
    const random = seeded(seed);
    const bytes = new Uint8Array(encodePayload(valueBy(random), PAYLOAD_LIMITS)).slice(0, PLAIN_BYTES - 1);
    const changes = Math.floor(random() * 3);
    for (let i = 0; i < changes; i++) {
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    }
    const cut = bytes.slice(0, random() < 0.2 ? Math.floor(random() * bytes.length) : bytes.length);
    assert.deepEqual(
      outcome(() => decodePayload(cut)),
      outcome(() => decodePayload(cut, LONG_WAY)),
      `seed ${seed}`,
    );
  }
});

test("plain values: a list that says that it is longer than there is, is none, however often it says so", () => {
  for (const head of [[0x9a, 0xff, 0xff, 0xff, 0xff], [0x98, 0xff], [0x7a, 0xff, 0xff, 0xff, 0xff], [0x9b]]) {
    const bytes = new Uint8Array(PLAIN_BYTES);
    for (let at = 0; at + head.length <= bytes.length; at += head.length) bytes.set(head, at);
    assert.equal(decoder.decode(bytes), NOT_PLAIN);
  }
});

test("plain values: lists are as deep as both sides take, and as long", () => {
  let value: unknown = 0;
  for (let depth = 1; depth <= PLAIN_DEPTH; depth++) value = [value];
  assert.deepEqual(decoder.decode(encoder.encode(value)!), value);
  assert.equal(encoder.encode([value]), null);
  assert.equal(decoder.decode(new Uint8Array(encodePayload([value]))), NOT_PLAIN);
  const longest = Array(PLAIN_BYTES - 2).fill(0);
  assert.equal(encoder.encode(longest)?.length, PLAIN_BYTES);
  assert.deepEqual(decoder.decode(encoder.encode(longest)!), longest);
  assert.equal(encoder.encode([...longest, 0]), null);
});

test("plain values: a list of another class is none", () => {
  class Strange extends Array<number> {}
  assert.equal(encoder.encode(Strange.from([1])), null);
});
