import assert from "node:assert/strict";
import type { VisibleState } from "../../lib/supervision/view.ts";
import { describeNext } from "../../lib/words/describe_next.ts";
import { test } from "../harness/test.ts";

test("describe next: between the runs of a schedule there is a date, and else nothing comes by itself", () => {
  const next = (state: VisibleState, hasDate: boolean) =>
    describeNext({ path: "a", state, restart: "never", budget: null, hasDate });
  const atItsDate = "it runs at its next date; `supervise start a` runs it now";
  for (const state of ["inactive", "completed", "failed"] as const) {
    assert.equal(next(state, true), atItsDate);
  }
  assert.equal(next("completed", false), "it stays so; `supervise start a` runs it again");
  assert.equal(next("failed", false), "it stays so until `supervise start a`, or `reset`");
  assert.equal(next("running", true), "if it ends, it is not started again");
});
