import assert from "node:assert/strict";
import { type CborLimits, checkCbor, type Tagged } from "../../lib/wire/cbor_check.ts";
import { test } from "../harness/test.ts";

const LIMITS: CborLimits = { maxDepth: 4, maxItems: 10 };

const TAGS = new Map<number, Tagged>([
  [1, { kind: "number" }],
  [2, { kind: "bytes", maxBytes: 2 }],
  [70, { kind: "bytes", unit: 4 }],
  [258, { kind: "array" }],
  [259, { kind: "map" }],
]);

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function check(hex: string, limits: Partial<CborLimits> = {}): string | null {
  return checkCbor(bytesOf(hex), { ...LIMITS, tags: TAGS, ...limits });
}

test("cbor check: a tag is taken with the kind of item that it is for", () => {
  const good = [
    "c100", // 1(0)
    "c120", // 1(-1)
    "c1fb0000000000000000", // 1(0.0)
    "c1f93c00", // 1(1.0) in two bytes
    "c240", // 2(h'')
    "c2420102", // 2(h'0102')
    "d84640", // 70(h'')
    "d8464401020304", // 70(h'01020304')
    "d9010280", // 258([])
    "d90103a0", // 259({})
    "d90103a1d9010280c100", // 259({258([]): 1(0)})
  ];
  for (const hex of good) assert.equal(check(hex), null, hex);
});

test("cbor check: a tag with anything else is refused", () => {
  const bad: [string, string][] = [
    ["c160", "something else than the tag 1 is for"],
    ["c1f5", "something else than the tag 1 is for"],
    ["c1f820", "something else than the tag 1 is for"],
    ["c100c1", "bytes after its end"],
    ["c243010203", "something else than the tag 2 is for"],
    ["c200", "something else than the tag 2 is for"],
    ["d84643010203", "something else than the tag 70 is for"],
    ["d8465f42010241030405", "something else than the tag 70 is for"],
    ["d90102a0", "something else than the tag 258 is for"],
    ["d9010380", "something else than the tag 259 is for"],
    ["d90102", "something else than the tag 258 is for"],
    ["c1c100", "something else than the tag 1 is for"],
    ["c300", "a tag (3)"],
    ["d81c80", "a tag (28)"],
    ["d81d00", "a tag (29)"],
    ["d9dfff82", "a tag (57343)"],
    ["dbffffffffffffffff00", "a tag (18446744073709552000)"],
  ];
  for (const [hex, reason] of bad) assert.equal(check(hex), reason, hex);
});

test("cbor check: without tags of its own none is taken", () => {
  assert.equal(checkCbor(bytesOf("c100"), LIMITS), "a tag (1)");
});

test("cbor check: a tag and what it is for are one item", () => {
  const ten = "89" + "c100".repeat(9);
  assert.equal(check(ten), null);
  assert.equal(check("8a" + "c100".repeat(10)), "more than 10 items");
});

test("cbor check: keys and values of a map are items each", () => {
  assert.equal(check("a4" + "0000".repeat(4)), null);
  assert.equal(check("a5" + "0000".repeat(5)), "more than 10 items");
});

test("cbor check: levels are counted over arrays, maps and what is in tags", () => {
  assert.equal(check("81818180"), null);
  assert.equal(check("8181818180"), "more than 4 levels");
  assert.equal(check("81a100d90102818100"), null);
  assert.equal(check("81a100d901028181" + "8100"), "more than 4 levels");
});

test("cbor check: one item fills the bytes, and is well-formed", () => {
  const bad: [string, string][] = [
    ["", "an early end"],
    ["18", "an early end"],
    ["1b00000000000000", "an early end"],
    ["fb00", "an early end"],
    ["81", "a list that is longer than the message"],
    ["9b7fffffffffffffff", "a list that is longer than the message"],
    ["bb8000000000000000", "a list that is longer than the message"],
    ["6261", "a string that is longer than the message"],
    ["5bffffffffffffffff", "a string that is longer than the message"],
    ["0000", "bytes after its end"],
    ["9fff", "an item of indefinite length or of no known kind"],
    ["7f6161ff", "an item of indefinite length or of no known kind"],
    ["1c", "an item of indefinite length or of no known kind"],
    ["e0", "a simple value that means nothing"],
    ["f3", "a simple value that means nothing"],
    ["f8ff", "a simple value that means nothing"],
    ["ff", "an item of indefinite length or of no known kind"],
  ];
  for (const [hex, reason] of bad) assert.equal(check(hex), reason, hex);
});
