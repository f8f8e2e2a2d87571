/** Lines that nothing came of are told, and why. */
import assert from "node:assert/strict";
import { linesOrThrow } from "../../lib/simulation/lines_or_throw.ts";
import type { LineKind } from "../../lib/simulation/script_text.ts";
import { simulateTrace } from "../../lib/simulation/simulate.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";

const PLAN = planOf({ children: { job: {}, web: { daemon: true } } });

/** @returns Why nothing came of each line, in their order; null where something did. */
function whyNot(...written: readonly (readonly [LineKind, string])[]): readonly (string | null)[] {
  const lines = written.flatMap(([kind, text]) => linesOrThrow(PLAN, kind, text));
  const { unplayed } = simulateTrace(PLAN, lines);
  return lines.map((line) => unplayed.find((one) => one.line === line)?.why ?? null);
}

test("unplayed: what is played is none", () => {
  assert.deepEqual(whyNot(["crash", "web@10s*3"], ["exit", "job@2s=1"], ["request", "down@20m"]), [
    null,
    null,
    null,
  ]);
  assert.deepEqual(whyNot(["crash", "web#3@10s"], ["crash", "web@10s*2"]), [null, null]);
  assert.deepEqual(whyNot(["crash", "web@10s"], ["kill-supervisor", "1m"]), [null, null]);
});

test("unplayed: a run that there is not, or that is over before", () => {
  assert.deepEqual(whyNot(["crash", "web#2@10s"]), ["no_run"]);
  assert.deepEqual(whyNot(["crash", "web@40d"]), ["run_over"]);
  assert.deepEqual(whyNot(["lasts", "job=1s"], ["exit", "job@2s=1"]), [null, "run_over"]);
  assert.deepEqual(whyNot(["crash", "web@10s"], ["hang", "web@11s"]), [null, "run_over"]);
});

test("unplayed: a time after the end, and a request that nobody hears", () => {
  assert.deepEqual(whyNot(["request", "restart web@2h"], ["kill-supervisor", "3h"]), [
    "course_over",
    "course_over",
  ]);
  assert.deepEqual(whyNot(["request", "down@1m"], ["request", "restart web@2m"]), [null, "course_over"]);
  assert.deepEqual(whyNot(["kill-supervisor", "1m/10s"], ["request", "restart web@65s"]), [
    null,
    "no_supervisor",
  ]);
});
