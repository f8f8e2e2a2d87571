import {dump as DUMPER} from "/tmp/replay-me/dbg.ts"; (globalThis as any).dump=DUMPER;
/** Lives of trees that are computed again from their journals. */
import assert from "node:assert/strict";
import { seeded } from "../../lib/base/chance.ts";
import type { ActorSpec, NodeId, Plan } from "../../lib/config/plan.ts";
import { readRecording, type Recording } from "../../lib/simulation/recorded/recording.ts";
import { livesOf } from "../../lib/simulation/recorded/recorded_life.ts";
import { replay } from "../../lib/simulation/recorded/replay.ts";
import { type CourseDifference, sameCourse } from "../../lib/simulation/recorded/same_course.ts";
import type { RunLine, ScriptLine, ScriptRequest } from "../../lib/simulation/script.ts";
import { type Simulated, simulateTrace } from "../../lib/simulation/simulate.ts";
import type { TimedEntry } from "../../lib/simulation/trace.ts";
import type { JournalEntry } from "../../lib/supervision/journal_entry.ts";
import { journalEntryOf } from "../../lib/words/journal_entry_of.ts";
import { type ActorSketch, planOf, type TreeSketch } from "../harness/plan.ts";
import { test } from "../harness/test.ts";

const id = (path: string) => path as NodeId;
const DAEMON: ActorSketch = { daemon: true };
const file = { probe: { type: "file", path: "/up" } as const, intervalMs: 100 };
const CHECKED = {
  probe: { type: "exec", argv: ["true"] },
  watchdogMs: null,
  intervalMs: 1_000,
  timeoutMs: 500,
  retries: 2,
  startPeriodMs: 0,
  onFailure: "restart",
} as const;

/** A tree that has a bit of everything. */
const SHOP: TreeSketch["children"] = {
  job: {},
  db: { ...DAEMON, needs: { job: "completed" }, ready: file, startTimeoutMs: 3_000 },
  api: { ...DAEMON, needs: { db: "ready" }, health: CHECKED, stop: { graceMs: 2_000 } },
  tick: { needs: { db: "ready" }, restart: "on-failure" },
  pair: {
    strategy: "one_for_all",
    needs: { db: "ready" },
    children: { a: DAEMON, b: { ...DAEMON, needs: { "pair/a": "ready" } } },
  },
  chain: {
    strategy: "rest_for_one",
    intensity: { restarts: 2, withinMs: 60_000 },
    children: {
      first: DAEMON,
      second: DAEMON,
      third: { ...DAEMON, backoff: { initialMs: 300, maxMs: 9_000, factor: 3, jitter: 0.4, resetAfterMs: 10_000 } },
    },
  },
};

function planned(children = SHOP, tree: Partial<TreeSketch> = {}): Plan {
  return planOf({ ...tree, children, intensity: { restarts: 3, withinMs: 30_000 }, onFailure: "escalate" });
}

function journalOf({ entries, date }: Simulated): readonly JournalEntry[] {
  return entries.map((entry) => journalEntryOf(entry, date));
}

function recordingOf(plan: Plan, journal: readonly JournalEntry[]): Recording {
  const read = readRecording(plan, journal);
  assert.ok(read.ok, JSON.stringify(read));
  return read.recording;
}

/** A script by chance: each line about one of the first runs of an actor, or about the tree. */
function scriptBy(plan: Plan, seed: number): readonly ScriptLine[] {
  const chance = seeded(seed);
  const below = (count: number) => Math.floor(chance() * count);
  const one = <T>(choices: readonly T[]) => choices[below(choices.length)]!;
  const actors = plan.nodes.filter((node): node is ActorSpec => node.kind !== "tree");
  return Array.from({ length: 2 + below(8) }, (): ScriptLine => {
    const spec = one(actors);
    const about = { path: spec.path, runs: { from: 1 + below(3), count: 1 + below(2) } };
    const atMs = 100 + below(20_000);
    const lines: readonly RunLine[] = [
      { kind: "exit", ...about, atMs: below(9_000), how: one([0, 1, 3, "SIGSEGV", "SIGKILL"] as const) },
      { kind: "missing", ...about },
      { kind: "stop", ...about, ms: one([0, 30, 700, Infinity]), how: one([null, 0, "SIGTERM"] as const) },
      { kind: "slow", ...about, ms: one([10, 900, 2_500, Infinity]) },
      { kind: "lasts", ...about, ms: below(4_000) },
      { kind: "hang", ...about, atMs: below(5_000) },
      { kind: "unhealthy", ...about, atMs: below(5_000), forMs: below(5_000) },
    ];
    const requests: readonly ScriptRequest[] = [
      { verb: "restart", paths: [spec.path] },
      { verb: "stop", paths: [spec.path] },
      { verb: "start", paths: [spec.path] },
      { verb: "reset", paths: [spec.path] },
      { verb: "restart", paths: [id("pair")] },
      { verb: "down" },
    ];
    return chance() < 0.7 ? one(lines) : { kind: "request", atMs, request: one(requests) };
  });
}

test("replay: a supervisor that is killed is told of by the next one alone, and that is enough", () => {
  const survive = { onSupervisorDeath: "survive" } as const;
  const { pair, chain, ...actors } = SHOP;
  const children = { ...actors, pair: { ...pair!, ...survive }, chain: { ...chain!, ...survive } } as typeof SHOP;
  const plan = planned(children, survive);
  for (let seed = 1; seed <= 300; seed++) {
    const script: readonly ScriptLine[] = [
      ...scriptBy(plan, seed),
      { kind: "kill_supervisor", atMs: 1_000 + 7 * seed, forMs: 1 + seed % 3_000 },
      { kind: "kill_supervisor", atMs: 30_000 + 7 * seed, forMs: 1_000 },
    ];
    const first = simulateTrace(plan, script, { seed, forMs: 60_000 });
    const life = journalOf(first);
    // Where nothing lived when the supervisor was killed, the next one begins another life.
    if (life.filter(({ path, event }) => path === "" && event === "started").length > 1) continue;
    const { difference } = replay(plan, recordingOf(plan, life));
    if (difference !== null) {(globalThis as any).dump(plan, life,0,1e9,(difference as any).recorded?.node ?? (difference as any).computed.node);}
    assert.equal(difference, null, `seed ${seed}: ${JSON.stringify({ script, difference }, null, 1)}`);
  }
});

test("replay: whatever a script does to a tree, its journal says enough to compute it again", () => {
  const plan = planned();
  for (let seed = 1; seed <= 300; seed++) {
    const script = scriptBy(plan, seed);
    const first = simulateTrace(plan, script, { seed, forMs: 60_000 });
    const { simulated, difference } = replay(plan, recordingOf(plan, journalOf(first)));
    assert.equal(difference, null, `seed ${seed}: ${JSON.stringify({ script, difference }, null, 1)}`);
    assert.ok(simulated.entries.length >= first.entries.length);
  }
});
