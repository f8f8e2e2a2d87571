/** `simulate` of the library: what it refuses. */
import assert from "node:assert/strict";
import { simulate } from "../../lib/api/simulate.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";

const PLAN = planOf({ children: { a: { daemon: true } } });

test("simulate: options out of their ranges are refused, and nothing is computed without an end", async () => {
  const cases = [
    [{ seed: -1 }, /seed is -1, and has to be a whole number from 0 to 4,294,967,295$/],
    [{ seed: 1.5 }, /seed is 1.5/],
    [{ seed: NaN }, /seed is NaN/],
    [{ forMs: 0 }, /forMs is 0, and has to be a duration from 1ms to 31d in ms$/],
    [{ forMs: NaN }, /forMs is NaN/],
    [{ forMs: Infinity }, /forMs is Infinity/],
    [{ date: NaN }, /date is NaN/],
    [{ date: 1e20 }, /date is 100000000000000000000/],
  ] as const;
  for (const [options, message] of cases) {
    await assert.rejects(() => simulate(PLAN, {}, options), { name: "RangeError", message });
  }
});
