/** The recovery that is computed is that of the rules. */
import assert from "node:assert/strict";
import { computedRecovery, durationsIn } from "../../lib/chaos/computed.ts";
import { type DoneAct, isSound, recoveriesOf } from "../../lib/chaos/report.ts";
import type { NodeId } from "../../lib/config/plan.ts";
import type { ScriptLine } from "../../lib/simulation/script.ts";
import { simulateTrace } from "../../lib/simulation/simulate.ts";
import type { JournalEntry } from "../../lib/supervision/journal_entry.ts";
import { journalEntryOf } from "../../lib/words/journal_entry_of.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";

const A = "a" as NodeId;
const READY = { probe: { type: "tcp", host: "127.0.0.1", port: 1 }, intervalMs: 10 } as const;
const PLAN = planOf({
  children: {
    a: { daemon: true, ready: READY },
    task: { needs: { a: "ready" } },
    b: { daemon: true, needs: { task: "completed" } },
  },
});
const BASE = new Set(["a", "task", "b"]);

/** A journal with starts of `a` that took 500, 200 and 300 ms, and one run of the task. */
function journal(): readonly JournalEntry[] {
  const runs = (from: number, count = 1) => ({ from, count });
  const script: readonly ScriptLine[] = [
    ...[500, 200, 300].map((ms, index): ScriptLine => ({ kind: "slow", path: A, runs: runs(index + 1), ms })),
    ...[1, 2].map((nth): ScriptLine => ({
      kind: "exit",
      path: A,
      runs: runs(nth),
      atMs: 60_000,
      how: "SIGKILL",
    })),
    { kind: "lasts", path: "task" as NodeId, runs: runs(1), ms: 500 },
  ];
  const { entries, date } = simulateTrace(PLAN, script, { forMs: 600_000 });
  return entries.map((entry) => journalEntryOf(entry, date));
}

const JOURNAL = journal();

test("computed: durations are the medians of the journal", () => {
  const [slow, lasts, ...more] = durationsIn(PLAN, JOURNAL);
  assert.ok(slow?.kind === "slow" && slow.path === A);
  // A probe asks now and then, and finds out a little later.
  assert.ok(slow.ms >= 300 && slow.ms < 350, String(slow.ms));
  assert.deepEqual(lasts, { kind: "lasts", path: "task", runs: { from: 1, count: Infinity }, ms: 500 });
  assert.deepEqual(more, []);
  assert.deepEqual(durationsIn(PLAN, []), []);
});

test("computed: the first restart in a row is at once, the next come after their pauses", () => {
  const durations = durationsIn(PLAN, JOURNAL);
  const after = (...livesMs: readonly number[]) =>
    computedRecovery(PLAN, durations, BASE, { path: A, livesMs });
  assert.ok(after(60_000)! >= 300 && after(60_000)! < 450, String(after(60_000)));
  const second = after(60_000, 500)!;
  assert.ok(second >= 400 && second < 550, String(second));
});

test("computed: what never is well again is not computed", () => {
  const plan = planOf({ children: { a: { daemon: true, restart: "never" } } });
  assert.equal(computedRecovery(plan, [], new Set(["a"]), { path: A, livesMs: [60_000] }), null);
});

test("report: recoveries by their kinds, and whether all was kept", () => {
  const target = { pid: 1, startTime: 1 };
  const done = (kind: "kill" | "stop", recoveryMs: number | null): DoneAct => ({
    number: 1,
    act: { kind, path: A, target, forMs: null },
    atMs: 0,
    overMs: 10,
    recoveryMs,
    computedMs: kind === "kill" ? 7 : null,
    cameTo: recoveryMs === null ? "nothing" : "well",
  });
  assert.deepEqual(recoveriesOf([done("kill", 5), done("stop", null), done("kill", 9), done("kill", 6)]), [
    { kind: "kill", count: 3, noticed: 3, medianMs: 6, worstMs: 9, computedMs: 7 },
    { kind: "stop", count: 1, noticed: 0, medianMs: null, worstMs: null, computedMs: null },
  ]);
  const broken = [{ promise: "two-mains" as const, path: A, atMs: 1, seen: "" }];
  assert.ok(isSound({ broken: [], judged: [] }));
  assert.ok(!isSound({ broken, judged: [] }));
});
