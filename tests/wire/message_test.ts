import assert from "node:assert/strict";
import { concatBytes } from "../../lib/base/bytes.ts";
import { giveAway, isGivenAway } from "../../lib/base/own_memory.ts";
import { seeded } from "../../lib/base/chance.ts";
import { FrameError, HEADER_BYTES } from "../../lib/wire/frame_splitter.ts";
import {
  decodeMessage,
  encodeMessage,
  HEADROOM_BYTES,
  Kind,
  MAX_FRAME_BYTES,
  type Message,
  PART_BYTES,
} from "../../lib/wire/message.ts";
import { test } from "../harness/test.ts";

/** Around every width that a whole number can take. */
const NUMBERS = [
  0,
  1,
  23,
  24,
  0xff,
  0x100,
  0xffff,
  0x10000,
  0xffffffff,
  0x100000000,
  Number.MAX_SAFE_INTEGER,
];
const LENGTHS = [0, 1, 23, 24, 255, 256, 65_535, 65_536, PART_BYTES];

function frameOf(message: Message): Uint8Array {
  return concatBytes(encodeMessage(message));
}

function content(message: Message): Uint8Array {
  return frameOf(message).subarray(HEADER_BYTES);
}

test("message: every kind with numbers of every width comes out as it went in", () => {
  for (const kind of Object.values(Kind)) {
    for (const dialog of NUMBERS) {
      for (const number of NUMBERS) {
        const message = { kind, dialog, number, payload: null };
        assert.deepEqual(decodeMessage(content(message)), message);
      }
    }
  }
});

test("message: payloads of every width of length come out as they went in", () => {
  for (const length of LENGTHS) {
    const payload = Uint8Array.from({ length }, (_, i) => i);
    const frame = frameOf({ kind: Kind.yield, dialog: 7, number: 0, payload });
    assert.equal(new DataView(frame.buffer, frame.byteOffset).getUint32(0), frame.length - HEADER_BYTES);
    const decoded = decodeMessage(frame.subarray(HEADER_BYTES));
    assert.ok(decoded.payload !== null && Buffer.compare(decoded.payload, payload) === 0, `${length} bytes`);
  }
});

test("message: a payload that was given away has its frame around it, in the same memory", () => {
  for (const dialog of NUMBERS) {
    for (const length of [10_000, 65_536]) {
      const bytes = Uint8Array.from({ length }, (_, i) => i);
      const memory = new Uint8Array(HEADROOM_BYTES + length + 5);
      memory.set(bytes, HEADROOM_BYTES);
      const payload = giveAway(memory.subarray(HEADROOM_BYTES, HEADROOM_BYTES + length));
      const message = { kind: Kind.yield, dialog, number: Number.MAX_SAFE_INTEGER };
      const [frame, rest] = encodeMessage({ ...message, payload });
      assert.deepEqual([frame.buffer === memory.buffer, rest, isGivenAway(frame)], [true, undefined, true]);
      assert.equal(Buffer.compare(frame, frameOf({ ...message, payload: bytes })), 0);
    }
  }
});

test("message: without room before it, or if it is somebody's, a payload is a piece of its own", () => {
  const memory = new Uint8Array(HEADROOM_BYTES + 10_000);
  const payloads = [memory.subarray(HEADROOM_BYTES), giveAway(memory.subarray(1))];
  for (const payload of payloads) {
    const [, rest] = encodeMessage({ kind: Kind.yield, dialog: 1, number: 0, payload });
    assert.equal(rest, payload);
  }
  assert.ok(memory.every((byte) => byte === 0));
});

test("message: the longest payload of one frame fits into one with the largest numbers", () => {
  const payload = new Uint8Array(PART_BYTES);
  const number = Number.MAX_SAFE_INTEGER;
  assert.ok(content({ kind: Kind.part, dialog: number, number, payload }).length <= MAX_FRAME_BYTES);
});

test("message: a number may be written wider than it need be", () => {
  const wide = [0x83, 0x18, 2, 0x1b, 0, 0, 0, 0, 0, 0, 0, 9, 0x1a, 0, 0, 0, 5];
  assert.deepEqual(decodeMessage(new Uint8Array(wide)), { kind: 2, dialog: 9, number: 5, payload: null });
});

test("message: what is none is refused with the reason", () => {
  const cases: [string, readonly number[], RegExp][] = [
    ["nothing", [], /no message/],
    ["a number", [0x05], /no message/],
    ["an array of two", [0x82, 2, 1], /no message/],
    ["an array of five", [0x85, 2, 1, 0, 0x40, 0], /no message/],
    ["a text for a kind", [0x83, 0x61, 0x61, 1, 0], /no message/],
    ["a negative dialog", [0x83, 2, 0x20, 0], /no message/],
    ["a float for a number", [0x83, 2, 1, 0xfb, 0, 0, 0, 0, 0, 0, 0, 0], /no message/],
    ["a number that ends early", [0x83, 2, 1, 0x1a, 0, 0], /no message/],
    ["a number of no known width", [0x83, 2, 1, 0x1c], /no message/],
    ["a number beyond 2^53", [0x83, 2, 1, 0x1b, 0, 0x20, 0, 0, 0, 0, 0, 0], /beyond 2\^53/],
    ["a text for a payload", [0x84, 2, 1, 0, 0x60], /no message/],
    ["a payload that is cut", [0x84, 2, 1, 0, 0x42, 0], /not as long as it says/],
    ["a payload of 2^64 bytes", [0x84, 2, 1, 0, 0x5b, ...Array(8).fill(0xff)], /beyond 2\^53/],
    ["bytes after the end", [0x83, 2, 1, 0, 0], /not as long as it says/],
    ["an unknown kind", [0x83, 16, 1, 0], /unknown kind 16/],
  ];
  for (const [what, bytes, reason] of cases) {
    assert.throws(() => decodeMessage(new Uint8Array(bytes)), (error) => {
      assert.ok(error instanceof FrameError && reason.test(error.message), `${what}: ${error}`);
      return true;
    });
  }
});

test("message: random bytes are refused or read, and never anything else", () => {
  for (let seed = 1; seed <= 3_000; seed++) {
    const random = seeded(seed);
    const valid = content({ kind: Kind.start, dialog: 70_000, number: 64, payload: new Uint8Array(30) });
    const bytes = valid.map((byte) => random() < 0.1 ? Math.floor(random() * 256) : byte);
    try {
      decodeMessage(bytes.subarray(0, Math.floor(random() * (bytes.length + 1))));
    } catch (error) {
      assert.ok(error instanceof FrameError, `seed ${seed}: ${error}`);
    }
  }
});
