import assert from "node:assert/strict";
import { FrameError } from "../../lib/wire/frame_splitter.ts";
import { encodeFrame, FrameDecoder, type FrameLimits } from "../../lib/wire/frames.ts";
import { seeded } from "../../lib/base/chance.ts";
import { test } from "../harness/test.ts";

const LIMITS: FrameLimits = { maxBytes: 4_096, maxDepth: 16, maxItems: 1_000 };

const VALUES: readonly unknown[] = [
  { id: 1, op: "status", paths: ["api", "pool/*"], deep: { a: [null, true, false, 1.5, -3, "text", ""] } },
  [],
  {},
  null,
  "x".repeat(300),
  2 ** 40,
  -(2 ** 33),
  { bytes: new Uint8Array([1, 2, 3]) },
];

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, one) => one instanceof Uint8Array ? [...one] : one));
}

function frame(...payload: readonly number[]): Uint8Array {
  return new Uint8Array([0, 0, 0, payload.length, ...payload]);
}

test("frames: values come out as they went in, however the bytes are cut", () => {
  const bytes = new Uint8Array(VALUES.flatMap((value) => [...encodeFrame(value)]));
  for (let seed = 1; seed <= 200; seed++) {
    const random = seeded(seed);
    const decoder = new FrameDecoder(LIMITS);
    const values: unknown[] = [];
    for (let at = 0; at < bytes.length;) {
      const end = Math.min(bytes.length, at + 1 + Math.floor(random() * (seed % 3 === 0 ? 500 : 8)));
      values.push(...decoder.push(bytes.subarray(at, end)));
      at = end;
    }
    assert.deepEqual(plain(values), plain(VALUES), `seed ${seed}`);
    assert.equal(decoder.isInside, false);
  }
});

test("frames: what is too long, too deep, too many or malformed is refused with its reason", () => {
  const deep = new Uint8Array([0, 0, 0, 21, ...Array(20).fill(0x81), 0x00]);
  const cases: [string, Uint8Array, RegExp][] = [
    ["a length over the limit", new Uint8Array([0, 1, 0, 0]), /A frame of 65536 bytes; at most 4096/],
    ["four billion elements", frame(0x9a, 0xff, 0xff, 0xff, 0xff), /longer than the message/],
    ["a map that is too long", frame(0xbb, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff), /longer than the message/],
    ["a string that is too long", frame(0x7a, 0, 0, 1, 0), /a string that is longer/],
    ["brackets without end", deep, /more than 16 levels/],
    ["a tag", frame(0xc1, 0x00), /a tag/],
    ["an indefinite length", frame(0x9f, 0xff), /indefinite length/],
    ["nothing", frame(), /an early end/],
    ["half a number", frame(0x19, 0x01), /an early end/],
    ["two items", frame(0x00, 0x00), /bytes after its end/],
    ["a reserved kind", frame(0x1c), /no known kind/],
  ];
  for (const [what, bytes, message] of cases) {
    assert.throws(() => new FrameDecoder(LIMITS).push(bytes), (error) => {
      assert.ok(error instanceof FrameError && message.test(error.message), `${what}: ${error}`);
      return true;
    });
  }
  const many = encodeFrame(Array(1_001).fill(0));
  assert.throws(() => new FrameDecoder(LIMITS).push(many), /more than 1000 items/);
});

test("frames: a connection that ends inside of a frame is known to be cut", () => {
  const decoder = new FrameDecoder(LIMITS);
  const bytes = encodeFrame({ a: 1 });
  assert.deepEqual(decoder.push(bytes.subarray(0, bytes.length - 1)), []);
  assert.equal(decoder.isInside, true);
});

test("frames: random bytes are refused or read, and never anything else", () => {
  for (let seed = 1; seed <= 3_000; seed++) {
    const random = seeded(seed);
    const valid = encodeFrame(VALUES[seed % VALUES.length]);
    const bytes = valid.map((byte, index) =>
      random() < 0.05 && index > 3 ? Math.floor(random() * 256) : byte
    );
    try {
      new FrameDecoder(LIMITS).push(bytes);
    } catch (error) {
      assert.ok(error instanceof FrameError, `seed ${seed}: ${error}`);
    }
  }
});
