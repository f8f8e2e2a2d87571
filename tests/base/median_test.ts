import assert from "node:assert/strict";
import { median } from "../../lib/base/median.ts";
import { test } from "../harness/test.ts";

test("median: the one in the middle, or the mean of the two there", () => {
  assert.equal(median([]), null);
  assert.equal(median([7]), 7);
  assert.equal(median([9, 1, 3]), 3);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([10, 9, 100]), 10, "numbers are no texts");
});
