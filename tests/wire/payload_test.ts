import assert from "node:assert/strict";
import { seeded } from "../../lib/base/chance.ts";
import { giveAway, giveBack } from "../../lib/base/own_memory.ts";
import {
  decodePayload,
  encodePayload,
  PAYLOAD_LIMITS,
  PayloadError,
  type SharedMemory,
} from "../../lib/wire/payload.ts";
import { MAX_BIGINT_BYTES } from "../../lib/wire/why_not_carried.ts";
import { test } from "../harness/test.ts";

const SMALL = { maxBytes: 100, maxDepth: 4, maxItems: 20 };
const HUGE = 2n ** BigInt(8 * MAX_BIGINT_BYTES);

/** Over bytes of their own, as they come over a connection. */
function roundTrip(value: unknown): unknown {
  return decodePayload(new Uint8Array(encodePayload(value)));
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof PayloadError, String(error));
    return error.message;
  }
  assert.fail("it was not refused");
}

/** Arrays in each other. */
function nested(levels: number): unknown {
  let value: unknown = [];
  for (let i = 1; i < levels; i++) value = [value];
  return value;
}

const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  "null and undefined": [null, undefined, [undefined], { a: undefined }],
  booleans: [true, false],
  numbers: [
    0,
    23,
    24,
    255,
    256,
    65_535,
    65_536,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 53,
    -1,
    -24,
    -25,
    -(2 ** 31),
    -(2 ** 32),
    -(2 ** 32) - 1,
    0.1,
    -1.5,
    1e300,
    5e-324,
    NaN,
    Infinity,
    -Infinity,
  ],
  bigints: [
    0n,
    1n,
    -1n,
    2n ** 53n,
    2n ** 63n - 1n,
    2n ** 63n,
    2n ** 64n - 1n,
    2n ** 64n,
    -(2n ** 63n),
    -(2n ** 64n),
    -(2n ** 64n) - 1n,
    10n ** 200n,
    -(10n ** 200n),
    HUGE - 1n,
    -HUGE,
  ],
  texts: [
    "",
    "a",
    "x".repeat(300),
    "\u00e9\u4e2d",
    "\ud83d\ude00",
    "\u0000",
    "\ud83d\ude00".repeat(40),
    "\ufeffbom",
    "x".repeat(70_000),
  ],
  dates: [
    new Date(0),
    new Date(1),
    new Date(-1),
    new Date(1_765_432_109_876),
    new Date("9999-12-31T23:59:59.999Z"),
  ],
  arrays: [[], [1, [2, [3, []]]], Array.from({ length: 1_000 }, (_, i) => i), ["a", null, { b: [] }]],
  objects: [{}, { a: 1, b: { c: [{}] } }, { "": 1, "a b": 2, 1: 3 }, {
    constructor: 1,
    toString: 2,
    then: 3,
  }],
  maps: [
    new Map(),
    new Map<unknown, unknown>([["a", 1], [1, "b"], [null, 2], [new Date(5), 3]]),
    new Map([[{ a: 1 }, new Map([[[1], new Set([1])]])]]),
    new Map([["__proto__", 1]]),
    { plain: new Map([[1, { plain: {} }]]), after: { still: "plain" } },
  ],
  sets: [new Set(), new Set<unknown>([1, "a", null, undefined, [1]]), new Set([new Set([new Map()])])],
};

for (const [what, values] of Object.entries(VALUES)) {
  test(`payload: ${what} come out as they went in`, () => {
    for (const value of values) assert.deepEqual(roundTrip(value), value);
    assert.deepEqual(roundTrip(values), values);
  });
}

test("payload: a negative zero arrives as zero", () => {
  assert.equal(Object.is(roundTrip(-0), 0), true);
});

test("payload: a date that is none stays one", () => {
  assert.ok(Number.isNaN((roundTrip(new Date(NaN)) as Date).getTime()));
});

test("payload: a hole in an array arrives as undefined", () => {
  assert.deepEqual(roundTrip([1, , 3]), [1, undefined, 3]); // deno-lint-ignore no-sparse-arrays
});

const TYPED_ARRAYS = [
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Float32Array,
  Float64Array,
];

test("payload: typed arrays of every kind come out as they went in, wherever they lie in their buffers", () => {
  for (const Type of TYPED_ARRAYS) {
    for (const skipped of [0, 1, 3]) {
      const all = new Type(10).map((_, i) => i * 7);
      const part = all.subarray(skipped, 9);
      for (const value of [all, part, part.subarray(0, 0)]) {
        // What comes before it decides at which byte it begins in the payload.
        for (const before of ["", "a", "ab", "abc"]) {
          const [, out] = roundTrip([before, value]) as [string, typeof value];
          assert.ok(out instanceof Type);
          assert.equal(out.constructor, Type);
          assert.deepEqual([...out], [...value]);
        }
      }
    }
  }
  for (const value of [new BigInt64Array([-1n, 2n ** 62n]), new BigUint64Array([0n, 2n ** 64n - 1n])]) {
    for (const before of ["", "a"]) {
      assert.deepEqual(roundTrip([before, value.subarray(1)]), [before, value.subarray(1)]);
    }
  }
});

test("payload: typed arrays are read from bytes at odd places", () => {
  const value = { numbers: new Float64Array([1.5, -2.5]), more: new Uint16Array([1, 2, 3]) };
  const bytes = encodePayload(value);
  for (let shift = 0; shift < 8; shift++) {
    const moved = new Uint8Array(bytes.length + shift);
    moved.set(bytes, shift);
    assert.deepEqual(decodePayload(moved.subarray(shift)), value);
  }
});

test("payload: bytes arrive as a view, an ArrayBuffer as one of its own", () => {
  const [bytes, buffer] = roundTrip([new Uint8Array([1, 2]), new Uint8Array([3, 4]).buffer]) as [
    Uint8Array,
    ArrayBuffer,
  ];
  assert.deepEqual([...bytes], [1, 2]);
  assert.ok(buffer instanceof ArrayBuffer);
  assert.deepEqual([...new Uint8Array(buffer)], [3, 4]);
  assert.deepEqual(roundTrip(new ArrayBuffer(0)), new ArrayBuffer(0));
});

test("payload: bytes of every length arrive, and no more than allowed are sent", () => {
  for (const length of [0, 1, 23, 24, 255, 256, 4_096, 4_097, 65_536, 1_000_000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => i);
    assert.ok(Buffer.compare(roundTrip(bytes) as Uint8Array, bytes) === 0, `${length} bytes`);
  }
  const limits = { ...SMALL, maxBytes: 5_000 };
  assert.equal(encodePayload(new Uint8Array(4_995), limits).length, 5_000);
  assert.equal(
    refusal(() => encodePayload(new Uint8Array(4_996), limits)),
    "Cannot send this: it takes 5001 bytes, and at most 5000 are allowed",
  );
});

test("payload: a subclass of Uint8Array arrives as what it is made of", () => {
  class Bytes extends Uint8Array {}
  const out = roundTrip(new Bytes([1, 2])) as Uint8Array;
  assert.deepEqual([...out], [1, 2]);
});

test("payload: what was encoded before is not overwritten by what is encoded next", () => {
  const first = encodePayload({ a: "x".repeat(50) });
  const copy = first.slice();
  for (let i = 0; i < 1_000; i++) encodePayload({ b: "y".repeat(i) });
  assert.deepEqual(first, copy);
});

class Point {
  x = 1;
}
class List extends Array<number> {}
class Names extends Map<string, number> {}

test("payload: what cannot be sent is refused, with the place where it is", () => {
  const loop: Record<string, unknown> = {};
  loop["self"] = { again: loop };
  const cases: [unknown, string][] = [
    [() => {}, "it is a function"],
    [{ a: [0, { b: () => {} }] }, '"a[1].b" is a function'],
    [[Symbol("s")], '"[0]" is a symbol'],
    [{ a: Promise.resolve() }, '"a" is a promise: await it first'],
    [
      { list: [new Point()] },
      '"list[0]" is a Point, not a plain object: it would lose its methods on the way',
    ],
    [new List(), "it is a List, not a plain object: it would lose its methods on the way"],
    [new Names(), "it is a Names, not a plain object: it would lose its methods on the way"],
    [{ e: new Error("x") }, '"e" is an error: throw it, or send its message'],
    [/x/, "it is a RegExp, not a plain object: it would lose its methods on the way"],
    [new WeakMap(), "it is a WeakMap, not a plain object: it would lose its methods on the way"],
    [
      new DataView(new ArrayBuffer(1)),
      "it is a DataView, not a plain object: it would lose its methods on the way",
    ],
    [new Number(1), "it is a Number, not a plain object: it would lose its methods on the way"],
    [Object.create({}), "it is a Object, not a plain object: it would lose its methods on the way"],
    [new Map([["k", () => {}]]), '"k" is a function'],
    [new Map([[() => {}, 1]]), '"[key]" is a function'],
    [new Set([1, () => {}]), '"[1]" is a function'],
    [{ a: HUGE }, `"a" is a whole number of more than ${MAX_BIGINT_BYTES} bytes`],
    [-HUGE - 1n, `it is a whole number of more than ${MAX_BIGINT_BYTES} bytes`],
    [{ a: "\ud83d" }, '"a" holds half of a surrogate pair, which is no text'],
    [{ "\ude00": 1 }, "a name in it holds half of a surrogate pair, which is no text"],
    [{ a: JSON.parse('{"__proto__":{"b":1}}') }, '"a" has a property "__proto__"'],
    [nested(65), `"${"[0]".repeat(64)}" lies deeper than 64 levels, or leads back to what it is in`],
    [
      loop,
      `"${
        Array(32).fill("self.again").join(".")
      }" lies deeper than 64 levels, or leads back to what it is in`,
    ],
  ];
  for (const [value, reason] of cases) {
    assert.equal(refusal(() => encodePayload(value)), `Cannot send this: ${reason}`);
  }
});

test("payload: a getter that throws is a value that cannot be sent", () => {
  const value = {
    get a(): never {
      throw new TypeError("not yet");
    },
  };
  assert.equal(refusal(() => encodePayload(value)), "Cannot send this: not yet");
  assert.deepEqual(roundTrip({ after: 1 }), { after: 1 });
});

test("payload: a value that changes while it is looked at is refused, or sent as it was", () => {
  let looks = 0;
  const value = {
    get a() {
      looks += 1;
      return looks === 1 ? 1 : () => {};
    },
  };
  assert.match(refusal(() => encodePayload(value)), /^Cannot send this: /);
  assert.deepEqual(roundTrip({ after: 1 }), { after: 1 });
});

test("payload: both sides count the same, so that what can be sent can be read", () => {
  const fitting = [
    nested(4),
    Array(19).fill(0),
    Object.fromEntries(Array.from({ length: 9 }, (_, i) => [i, i])),
  ];
  fitting.push(
    new Map(Array.from({ length: 9 }, (_, i) => [i, i])),
    new Set(Array(19).keys()),
    Array(19).fill(new Date(0)),
  );
  for (const value of fitting) {
    assert.deepEqual(
      decodePayload(encodePayload(value, { ...SMALL, maxBytes: 1_000 }), { ...SMALL, maxBytes: 1_000 }),
      value,
    );
  }
  const over = [Array(20).fill(0), Object.fromEntries(Array.from({ length: 10 }, (_, i) => [i, i]))];
  over.push(
    new Map(Array.from({ length: 10 }, (_, i) => [i, i])) as never,
    new Set(Array(20).keys()) as never,
  );
  for (const value of over) {
    assert.equal(refusal(() => encodePayload(value, SMALL)), "Cannot send this: it holds more than 20 items");
    assert.equal(
      refusal(() => decodePayload(encodePayload(value), SMALL)),
      "Cannot read what came in: it holds more than 20 items",
    );
  }
  assert.match(refusal(() => encodePayload(nested(5), SMALL)), /lies deeper than 4 levels/);
  assert.equal(
    refusal(() => decodePayload(encodePayload(nested(5)), SMALL)),
    "Cannot read what came in: it holds more than 4 levels",
  );
});

test("payload: an array that is all holes is refused by its length, without a walk", () => {
  assert.equal(
    refusal(() => encodePayload(new Array(4_000_000_000))),
    "Cannot send this: it holds more than 4000000 items",
  );
});

test("payload: what takes too many bytes is refused", () => {
  assert.equal(
    refusal(() => encodePayload("x".repeat(99), SMALL)),
    "Cannot send this: it takes 101 bytes, and at most 100 are allowed",
  );
});

test("payload: a name cannot reach the prototype of what it is read into", () => {
  for (const name of ["__proto__", "constructor", "prototype"]) {
    const text = new TextEncoder().encode(name);
    // {NAME: {"polluted": true}}
    const bytes = new Uint8Array([
      0xa1,
      0x60 | text.length,
      ...text,
      0xa1,
      0x68,
      ...new TextEncoder().encode("polluted"),
      0xf5,
    ]);
    const value = decodePayload(bytes) as Record<string, unknown>;
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.equal(value["polluted"], undefined);
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  }
});

test("payload: what is no value is refused with the reason", () => {
  const cases: [string, string][] = [
    ["", "it holds an early end"],
    ["d81c80", "it holds a tag (28)"],
    ["c074323032362d30312d30315430303a30303a30305a", "it holds a tag (0)"],
    ["d8464103", "it holds something else than the tag 70 is for"],
    ["c2590401" + "ff".repeat(1_025), "it holds something else than the tag 2 is for"],
    ["9fff", "it holds an item of indefinite length or of no known kind"],
    ["a18001", "Invalid property name type object"],
    ["e0", "it holds a simple value that means nothing"],
    ["f8ff", "it holds a simple value that means nothing"],
  ];
  for (const [hex, reason] of cases) {
    assert.equal(refusal(() => decodePayload(bytesOf(hex))), `Cannot read what came in: ${reason}`, hex);
  }
  assert.match(refusal(() => decodePayload(bytesOf("c11b00000000000000ff"))), /^Cannot read what came in: /);
});

test("payload: a refusal leaves nothing behind for what is read next", () => {
  for (const hex of ["d90103a1", "8281a18001a10102", "d90103a16161c11b00000000000000ff"]) {
    refusal(() => decodePayload(bytesOf(hex)));
    assert.deepEqual(decodePayload(bytesOf("a16161a1616201")), { a: { b: 1 } });
  }
});

test("payload: random bytes are refused or read, and never anything else", () => {
  const samples = Object.values(VALUES).map((values) => encodePayload(values)).filter((bytes) =>
    bytes.length < 2_000
  );
  for (let seed = 1; seed <= 5_000; seed++) {
    const random = seeded(seed);
    const bytes = samples[seed % samples.length]!.map((byte) =>
      random() < 0.02 ? Math.floor(random() * 256) : byte
    );
    try {
      decodePayload(bytes, { ...PAYLOAD_LIMITS, maxItems: 10_000 });
    } catch (error) {
      assert.ok(error instanceof PayloadError, `seed ${seed}: ${error}`);
    }
  }
});

test("payload: many bytes anywhere in a value arrive, with what is beside them", () => {
  const bytes = Uint8Array.from({ length: 3_000_000 }, (_, i) => i);
  const value = {
    text: "h\u00e4 ".repeat(50_000),
    parts: [bytes, new Map([["again", bytes.subarray(1)]])],
    numbers: Float64Array.from({ length: 300_000 }, (_, i) => i / 3),
    buffer: bytes.slice(0, 2_500_000).buffer,
    list: Array.from({ length: 100_000 }, (_, i) => i),
  };
  const before = encodePayload({ a: 1 });
  const encoded = encodePayload(value);
  assert.deepEqual(decodePayload(before), { a: 1 });
  const out = decodePayload(new Uint8Array(encoded)) as typeof value;
  assert.equal(out.text, value.text);
  assert.deepEqual(out.list, value.list);
  assert.equal(Buffer.compare(out.parts[0] as Uint8Array, bytes), 0);
  const again = (out.parts[1] as Map<string, Uint8Array>).get("again")!;
  assert.equal(Buffer.compare(again, bytes.subarray(1)), 0);
  assert.deepEqual([out.numbers.length, out.numbers.at(-1)], [300_000, 299_999 / 3]);
  assert.equal(Buffer.compare(new Uint8Array(out.buffer), bytes.subarray(0, 2_500_000)), 0);
});

test("payload: a small value does not keep the room of a large one before it", () => {
  const large = [new Uint8Array(20_000_000)];
  assert.ok(encodePayload(large).buffer.byteLength < 20_100_000);
  assert.ok(encodePayload({ a: 1 }).buffer.byteLength < 100_000);
});

test("payload: bytes that are too many together are refused before room is made for them", () => {
  const bytes = new Uint8Array(PAYLOAD_LIMITS.maxBytes / 2);
  assert.equal(
    refusal(() => encodePayload(Array(1_000).fill(bytes))),
    "Cannot send this: it takes 134217728000 bytes, and at most 268435456 are allowed",
  );
});

test("payload: what was in memory that serves again is for nobody to see, also where the memory as a whole goes to a thread", () => {
  const other = () => giveBack(giveAway(new Uint8Array(100_000).fill(7)));
  const value = new Uint8Array(90_000);
  other();
  const bytes = encodePayload(value);
  assert.equal(bytes.length, 5 + value.length);
  assert.ok(!bytes.subarray(5).includes(7));
  other();
  const threads: SharedMemory = { share: () => 0, find: () => undefined };
  assert.ok(!new Uint8Array(encodePayload(value, PAYLOAD_LIMITS, threads).buffer).includes(7));
});
