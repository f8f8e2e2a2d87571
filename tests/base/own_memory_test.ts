import assert from "node:assert/strict";
import { giveAway, giveBack, isGivenAway, takeMemory } from "../../lib/base/own_memory.ts";
import { test } from "../harness/test.ts";

const KIB = 1_024;

test("own memory: what was given away serves again once it is given back, and once only", () => {
  const memory = takeMemory(64 * KIB);
  const bytes = giveAway(new Uint8Array(memory, 40));
  giveBack(bytes);
  giveBack(bytes);
  assert.equal(isGivenAway(bytes), false);
  assert.equal(takeMemory(60 * KIB), memory);
  assert.notEqual(takeMemory(60 * KIB), memory);
});

test("own memory: what was not given away is its owner's, also when it has been written", () => {
  const bytes = new Uint8Array(64 * KIB);
  giveBack(bytes);
  assert.notEqual(takeMemory(64 * KIB), bytes.buffer);
});

test("own memory: nobody gets much more than was asked for, or less", () => {
  const memory = new ArrayBuffer(64 * KIB);
  giveBack(giveAway(new Uint8Array(memory)));
  for (const bytes of [65 * KIB, 32 * KIB, 100]) assert.equal(takeMemory(bytes).byteLength, bytes);
  assert.equal(takeMemory(33 * KIB), memory);
});

test("own memory: what is kept is bounded, and the last that came is the first to go", () => {
  const given = Array.from({ length: 40 }, () => new ArrayBuffer(64 * KIB));
  for (const memory of given) giveBack(giveAway(new Uint8Array(memory)));
  giveBack(giveAway(new Uint8Array(2 * KIB * KIB)));
  const taken = Array.from({ length: 40 }, () => takeMemory(64 * KIB));
  assert.deepEqual(
    taken.filter((memory) => given.includes(memory)),
    given.slice(-16).toReversed(),
  );
});
