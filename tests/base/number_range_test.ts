import assert from "node:assert/strict";
import { durationIn, isInRange, wholeNumberIn } from "../../lib/base/number_range.ts";
import { test } from "../harness/test.ts";

test("number ranges: both ends are in them, and NaN never is", () => {
  const range = { least: 1, most: 3 };
  assert.deepEqual([0, 1, 2, 3, 4, NaN].map((value) => isInRange(range, value)), [
    false,
    true,
    true,
    true,
    false,
    false,
  ]);
});

test("number ranges: words", () => {
  assert.equal(wholeNumberIn({ least: 0, most: 1_440 }), "a whole number from 0 to 1,440");
  assert.equal(durationIn({ least: 1, most: 31 * 86_400_000 }), "a duration from 1ms to 31d");
});
