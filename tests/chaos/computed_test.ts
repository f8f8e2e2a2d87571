/** The recovery that is computed is that of the rules. */
import assert from "node:assert/strict";
import { computedRecovery, durationsIn, median } from "../../lib/chaos/computed.ts";
import { type DoneAct, isSound, recoveriesOf } from "../../lib/chaos/report.ts";
import type { NodeId } from "../../lib/config/plan.ts";
import type { JournalEntry } from "../../lib/engine/journal/journal.ts";
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

function entry(
  atMs: number,
  path: string,
  event: string,
  data: Readonly<Record<string, unknown>> = {},
): JournalEntry {
  return { at: new Date(atMs).toISOString(), seq: 1, path, event, cause: null, ...data } as JournalEntry;
}

const JOURNAL = [
  entry(0, "a", "started", { pid: 1, run: 1, starts: 1 }),
  entry(300, "a", "ready", { afterMs: 300 }),
  entry(310, "task", "started", { pid: 2, run: 2, starts: 1 }),
  entry(810, "task", "completed"),
  entry(900, "a", "ready", { afterMs: 500 }),
  entry(900, "a", "ready", { afterMs: 200 }),
];

test("computed: durations are the medians of the journal", () => {
  assert.deepEqual(
    durationsIn(PLAN, JOURNAL).map((
      line,
    ) => [line.kind, "path" in line ? line.path : "", "ms" in line ? line.ms : 0]),
    [
      ["slow", "a", 300],
      ["lasts", "task", 500],
    ],
  );
  assert.equal(median([4, 1, 3, 2]), 2);
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
