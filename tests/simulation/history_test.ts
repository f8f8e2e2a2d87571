/** How actors have fared, from a journal, and scripts that are drawn from it. */
import assert from "node:assert/strict";
import type { NodeId } from "../../lib/config/plan.ts";
import { drawScript, historyOf } from "../../lib/simulation/history.ts";
import { isRunLine, type ScriptLine } from "../../lib/simulation/script.ts";
import { simulateTrace } from "../../lib/simulation/simulate.ts";
import type { JournalEntry } from "../../lib/supervision/journal_entry.ts";
import { journalEntryOf } from "../../lib/words/journal_entry_of.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";

const id = (path: string) => path as NodeId;
const HOUR_MS = 3_600_000;
const BEGUN = Date.UTC(2026, 2, 1);
const file = { probe: { type: "file", path: "/up" } as const, intervalMs: 100 };
const PLAN = planOf({
  intensity: "unlimited",
  children: {
    job: { schedule: { timing: { everyMs: 600_000 }, overlap: "skip", catchUp: false }, restart: "never" },
    db: { daemon: true, ready: file, startTimeoutMs: 60_000, stop: { graceMs: 1_000 } },
    steady: { daemon: true },
    "by-hand": { daemon: true, autostart: false },
  },
});
const all = { from: 1, count: Infinity };

function journalOf(script: readonly ScriptLine[], forMs: number): readonly JournalEntry[] {
  const { entries, date } = simulateTrace(PLAN, script, { date: BEGUN, forMs });
  return entries.map((entry) => journalEntryOf(entry, date));
}

const SCRIPT: readonly ScriptLine[] = [
  { kind: "slow", path: id("db"), runs: all, ms: 4_000 },
  { kind: "exit", path: id("db"), runs: { from: 1, count: 5 }, atMs: 600_000, how: "SIGSEGV" },
  { kind: "stop", path: id("db"), runs: { from: 6, count: 1 }, ms: Infinity, how: null },
  { kind: "request", atMs: 2 * HOUR_MS, request: { verb: "restart", paths: [id("db")] } },
  {
    kind: "request",
    atMs: 3 * HOUR_MS,
    request: { verb: "signal", signal: "SIGTERM", paths: [id("steady")] },
  },
  { kind: "lasts", path: id("job"), runs: all, ms: 30_000 },
  { kind: "exit", path: id("job"), runs: { from: 2, count: 1 }, atMs: 10_000, how: 7 },
];

test("history: it has what starts, runs, stops and failures there were, of each actor that ran", () => {
  const { actors, since } = historyOf(journalOf(SCRIPT, 4 * HOUR_MS), PLAN, BEGUN);
  assert.equal(since, BEGUN);
  const db = actors.get(id("db"))!;
  assert.deepEqual([db.runs, db.readyMs.length, db.failures.length, db.missing], [7, 7, 5, 0]);
  assert.ok(db.readyMs.every((ms) => ms >= 4_000 && ms < 5_000), db.readyMs.join());
  assert.ok(db.failures.every(({ how, afterMs }) => how === "SIGSEGV" && Math.round(afterMs) === 600_000));
  assert.deepEqual(db.stops, [{ ms: Infinity, how: "SIGKILL" }]);
  const job = actors.get(id("job"))!;
  assert.ok(job.taskMs.length > 15 && job.taskMs.every((ms) => Math.round(ms) === 30_000));
  assert.deepEqual(job.failures.map(({ how }) => how), [7]);
  assert.deepEqual(actors.get(id("steady"))!.failures, [], "who is sent a signal does not fail by itself");
  assert.equal(actors.has(id("by-hand")), false);
});

test("history: only runs that began since then count", () => {
  const journal = journalOf(SCRIPT, 4 * HOUR_MS);
  const lately = historyOf(journal, PLAN, BEGUN + 2 * HOUR_MS);
  assert.equal(lately.actors.get(id("db"))!.runs, 1);
  assert.ok(lately.since! >= BEGUN + 2 * HOUR_MS);
  const never = historyOf(journal, PLAN, BEGUN + 5 * HOUR_MS);
  assert.deepEqual([never.since, never.actors.size], [null, 0]);
});

test("history: what is drawn is from the samples, as often as it was, and the same by the same seed", () => {
  const history = historyOf(journalOf(SCRIPT, 4 * HOUR_MS), PLAN, BEGUN);
  const dayMs = 24 * HOUR_MS;
  const lines = drawScript(history, PLAN, 1, dayMs);
  assert.deepEqual(drawScript(history, PLAN, 1, dayMs), lines);
  assert.notDeepEqual(drawScript(history, PLAN, 2, dayMs), lines);
  assert.ok(lines.every((line) => isRunLine(line) && line.path !== "by-hand"));
  const days = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => {
    const { entries } = simulateTrace(PLAN, drawScript(history, PLAN, seed, dayMs), { forMs: dayMs });
    return entries.filter(({ event, node }) => event === "exited" && node === "db").length;
  });
  const mean = days.reduce((sum, count) => sum + count, 0) / days.length;
  // Five failures in four hours are thirty in a day.
  assert.ok(mean > 20 && mean < 40, days.join());
});
