/** Lives of trees that are computed again from their journals. */
import assert from "node:assert/strict";
import { seeded } from "../../lib/base/chance.ts";
import type { ActorSpec, NodeId, Plan } from "../../lib/config/plan.ts";
import { readRecording, type Recording } from "../../lib/simulation/recorded/recording.ts";
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
      third: {
        ...DAEMON,
        backoff: { initialMs: 300, maxMs: 9_000, factor: 3, jitter: 0.4, resetAfterMs: 10_000 },
      },
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
  const children = {
    ...actors,
    pair: { ...pair!, ...survive },
    chain: { ...chain!, ...survive },
  } as typeof SHOP;
  const plan = planned(children, survive);
  for (let seed = 1; seed <= 300; seed++) {
    const script: readonly ScriptLine[] = [
      ...scriptBy(plan, seed),
      { kind: "kill_supervisor", atMs: 1_000 + 7 * seed, forMs: 1 + seed % 3_000 },
      { kind: "kill_supervisor", atMs: 30_000 + 7 * seed, forMs: 1_000 },
    ];
    const first = simulateTrace(plan, script, { seed, forMs: 60_000 });
    const life = journalOf(first);
    // Where nothing lived when the supervisor was killed, the next one begins anew.
    if (life.filter(({ path, event }) => path === "" && event === "started").length > 1) continue;
    const { difference } = replay(plan, recordingOf(plan, life));
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

/** A life with a bit of everything, as it was recorded. */
function aLife(): { readonly plan: Plan; readonly journal: readonly JournalEntry[] } {
  const plan = planned();
  const script: readonly ScriptLine[] = [
    { kind: "exit", path: id("chain/third"), runs: { from: 1, count: 2 }, atMs: 500, how: 3 },
    { kind: "exit", path: id("pair/b"), runs: { from: 1, count: 1 }, atMs: 700, how: "SIGSEGV" },
    { kind: "unhealthy", path: id("api"), runs: { from: 1, count: 1 }, atMs: 2_500, forMs: 5_000 },
    { kind: "stop", path: id("api"), runs: { from: 1, count: 1 }, ms: Infinity, how: null },
    { kind: "request", atMs: 9_000, request: { verb: "restart", paths: [id("db")] } },
    { kind: "request", atMs: 12_000, request: { verb: "down" } },
  ];
  return { plan, journal: journalOf(simulateTrace(plan, script, { seed: 7 })) };
}

/** Where the course of a life parts from that of the same life with other entries. */
function differenceFrom(
  change: (entries: readonly TimedEntry[]) => readonly TimedEntry[],
): CourseDifference | null {
  const { plan, journal } = aLife();
  const { entries } = recordingOf(plan, journal);
  return sameCourse(change(entries), entries);
}

test("same course: pids, measured milliseconds and the order within a moment are the machine's", () => {
  const late = (ms: number) => (entry: TimedEntry) => ({ ...entry, atMs: entry.atMs + ms });
  assert.equal(differenceFrom((entries) => entries.map(late(20))), null);
  const otherwise = (entry: TimedEntry): TimedEntry => {
    if (entry.event === "started" && "pid" in entry.data) {
      return { ...entry, data: { ...entry.data, pid: 7, run: 99 } };
    }
    if (entry.event === "ready") return { ...entry, data: { afterMs: entry.data.afterMs + 100 } };
    return entry;
  };
  assert.equal(differenceFrom((entries) => entries.map(otherwise)), null);
  const exit = (entry: TimedEntry) => entry.event === "exited" && entry.node === "job";
  const moved = differenceFrom((entries) => {
    const index = entries.findIndex(exit);
    const [before, after] = [entries[index]!, entries[index + 1]!];
    assert.equal(after.node, before.node, "the two are of one actor");
    return entries.toSpliced(index, 2, after, before);
  });
  assert.equal(moved?.kind, "missing", "the order of one actor is never the machine's");
});

test("same course: an entry more, less, with other data, for another cause or in another order is told", () => {
  const isRestart = ({ event }: TimedEntry) => event === "restarted";
  const at = (entries: readonly TimedEntry[]) => entries.findIndex(isRestart);
  const kindOf = (change: (entries: readonly TimedEntry[], index: number) => readonly TimedEntry[]) => {
    const found = differenceFrom((entries) => change(entries, at(entries)));
    return found?.kind === "other" ? `other ${found.field}` : found?.kind;
  };
  const withEntry = (entries: readonly TimedEntry[], index: number, fields: Partial<TimedEntry>) =>
    entries.with(index, { ...entries[index]!, ...fields } as TimedEntry);
  assert.equal(kindOf((entries, index) => entries.toSpliced(index, 1)), "missing");
  const lastOfAll = (entries: readonly TimedEntry[]) => entries.slice(0, -1);
  assert.equal(kindOf(lastOfAll), undefined, "the computed course may go on for longer");
  const extra = (entries: readonly TimedEntry[], index: number) =>
    entries.filter(({ seq, node }) => node !== entries[index]!.node || seq < entries[index]!.seq);
  assert.equal(kindOf(extra), "extra");
  const more = (entries: readonly TimedEntry[], index: number) =>
    entries.toSpliced(index, 0, { ...entries[index]!, seq: 9_999 });
  assert.match(String(kindOf(more)), /missing|other/);
  assert.equal(
    kindOf((entries, index) => withEntry(entries, index, { data: { delayMs: 0, left: 9 } })),
    "other left",
  );
  assert.equal(
    kindOf((entries, index) => withEntry(entries, index, { data: { delayMs: 1, left: 1 } })),
    "other delayMs",
    "delays of restarts are the plan's",
  );
  assert.equal(kindOf((entries, index) => withEntry(entries, index, { cause: 1 })), "other cause");
  assert.equal(kindOf((entries, index) => withEntry(entries, index, { event: "gave_up" })), "missing");
  const requested = ({ event }: TimedEntry) => event === "requested";
  const early = (entries: readonly TimedEntry[]) => {
    const asked = entries.find(requested)!;
    return [entries[0]!, asked, ...entries.slice(1).filter((entry) => entry !== asked)];
  };
  assert.equal(
    kindOf(early),
    "missing",
    "it is the first request of the tree that comes in the place of its readiness",
  );
});

test("same course: entries of two actors that came long after each other keep their order", () => {
  const data = { delayMs: 0, left: 1 };
  const entry = (seq: number, node: string, atMs: number): TimedEntry => ({
    seq,
    node: id(node),
    event: "restarted",
    cause: null,
    data,
    atMs,
  });
  const recorded = (gapMs: number) => [entry(1, "a", 0), entry(2, "b", gapMs)];
  const computed = (gapMs: number) => [entry(1, "b", 0), entry(2, "a", gapMs)];
  assert.equal(sameCourse(recorded(10), computed(10)), null);
  assert.equal(sameCourse(recorded(100), computed(10))?.kind, "order");
  assert.equal(sameCourse(recorded(10), computed(100))?.kind, "order");
  const three = [entry(1, "a", 0), entry(2, "c", 45), entry(3, "b", 90)];
  const turned = [entry(1, "b", 60), entry(2, "a", 61), entry(3, "c", 62)];
  assert.equal(sameCourse(three, turned)?.kind, "order", "the first of three is no neighbour of the last");
});

test("replay: journals that nothing can be computed from are told apart", () => {
  const { plan, journal } = aLife();
  const whyOf = (entries: readonly JournalEntry[]) => {
    const read = readRecording(plan, entries);
    return read.ok ? null : read.problem;
  };
  assert.deepEqual(whyOf([]), { why: "empty" });
  assert.deepEqual(whyOf(journal.slice(3)), { why: "no_beginning", seq: 4 });
  assert.deepEqual(whyOf(journal.toSpliced(4, 2)), { why: "gap", after: 4, before: 7 });
  const unknown = { ...journal[1]!, event: "teleported" } as unknown as JournalEntry;
  assert.deepEqual(whyOf(journal.with(1, unknown)), { why: "unknown_event", event: "teleported" });
  const elsewhere = journal.map((entry) => ({ ...entry, path: entry.path === "" ? entry.path : id("x") }));
  assert.deepEqual(whyOf(elsewhere), { why: "other_file", paths: ["x"] });
});

test("replay: it ends where another plan was applied, and says so", () => {
  const { plan, journal } = aLife();
  const applied = {
    ...journal[20]!,
    path: id(""),
    event: "planned",
    added: [],
    removed: [],
    outdated: [],
    changed: [],
  } as unknown as JournalEntry;
  const recording = recordingOf(plan, journal.with(20, applied));
  assert.equal(recording.end?.why, "planned");
  assert.equal(recording.entries.length, 20);
  assert.equal(replay(plan, recording).difference, null);
});

/** A journal with an entry more behind one of it. */
function withEntryAfter(
  journal: readonly JournalEntry[],
  index: number,
  entry: object,
): readonly JournalEntry[] {
  const { at, seq } = journal[index]!;
  const later = (number: number) => number <= seq ? number : number + 1;
  const all = journal.map((one) => ({
    ...one,
    seq: later(one.seq),
    cause: one.cause === null ? null : later(one.cause),
  }));
  return all.toSpliced(index + 1, 0, { at, seq: seq + 1, cause: null, ...entry } as unknown as JournalEntry);
}

/** The entries from one on come so much later, or earlier. */
function shifted(journal: readonly JournalEntry[], from: number, ms: number): readonly JournalEntry[] {
  return journal.map((entry, index) =>
    index < from ? entry : { ...entry, at: new Date(Date.parse(entry.at) + ms).toISOString() }
  );
}

test("replay: a limit is acted upon when it was, whether the clock was early or late", () => {
  const { plan, journal } = aLife();
  const killed = journal.findIndex(({ event, path }) => event === "killed" && path === "api");
  const reaped = {
    path: id("api"),
    event: "orphan_reaped",
    cause: journal[killed]!.seq,
    pid: 7,
    name: "sleep",
  };
  const told = withEntryAfter(journal, killed, reaped);
  for (const ms of [-20, 0, 20, 200]) {
    const { difference } = replay(plan, recordingOf(plan, shifted(told, killed, ms)));
    assert.equal(difference, null, `${ms} ms: ${JSON.stringify(difference)}`);
  }
  const before = { ...reaped, cause: journal[killed]!.cause, at: shifted(journal, 0, 100)[killed]!.at };
  const late = withEntryAfter(shifted(journal, killed, 200), killed - 1, before);
  assert.equal(replay(plan, recordingOf(plan, late)).difference, null);
});

test("replay: what is left of a run takes its time to end, and others wait for that", () => {
  const group: TreeSketch = {
    strategy: "one_for_all",
    children: { a: DAEMON, b: DAEMON, c: { ...DAEMON, needs: { "group/b": "ready" } } },
  };
  const plan = planned({ group });
  const once = { from: 1, count: 1 };
  const crash: ScriptLine = { kind: "exit", path: id("group/a"), runs: once, atMs: 500, how: 3 };
  const journal = journalOf(simulateTrace(plan, [crash], { forMs: 5_000 }));
  const exited = journal.findIndex(({ event, path }) => event === "exited" && path === "group/c");
  assert.deepEqual([journal[exited + 1]!.path, journal[exited + 1]!.event], ["group/b", "stopping"]);
  const ready = journal.find(({ event, path }) => event === "ready" && path === "");
  const remade = { path: id(""), event: "remade", cause: ready!.seq, file: "api.log" };
  const told = withEntryAfter(journal, exited, remade);
  const late = shifted(shifted(told, exited + 1, 100), exited + 2, 100);
  assert.equal(replay(plan, recordingOf(plan, late)).difference, null);
  const alone = planned({ web: DAEMON });
  const restarted = journalOf(simulateTrace(alone, [{ ...crash, path: id("web") }], { forMs: 5_000 }));
  const again = restarted.findLastIndex(({ event }) => event === "started");
  assert.equal(restarted[again - 1]!.event, "restarted");
  assert.equal(replay(alone, recordingOf(alone, shifted(restarted, again, 3_000))).difference, null);
});

test("replay: a process whose end nobody saw had not ended", () => {
  const { plan, journal } = aLife();
  const asked = journal.findIndex(({ event, path }) => event === "stopping" && path === "db");
  const cut = journal.slice(0, asked + 1);
  const root = cut.findLast(({ event, path }) => path === "" && (event === "ready" || event === "started"))!;
  const at = shifted(cut, 0, 500)[asked]!.at;
  const later = withEntryAfter(cut, asked, { path: id(""), event: "remade", cause: root.seq, file: "x", at });
  assert.equal(replay(plan, recordingOf(plan, later)).difference, null);
});

test("replay: the jitter of a delay comes out as it did, whatever it is one of", () => {
  const backoff = { initialMs: 3_600_000, maxMs: 7_200_000, factor: 2, jitter: 0.2, resetAfterMs: 1_000_000 };
  const plan = planOf({ children: { a: { ...DAEMON, backoff }, b: { ...DAEMON, backoff } } });
  const crash = (path: string): ScriptLine => ({
    kind: "exit",
    path: id(path),
    runs: { from: 1, count: 4 },
    atMs: 1_000,
    how: 1,
  });
  const first = simulateTrace(plan, [crash("a"), crash("b")], { seed: 12, forMs: 36_000_000 });
  assert.equal(
    first.entries.filter(({ event, data }) => event === "restarted" && data.delayMs > 0).length,
    6,
  );
  assert.equal(replay(plan, recordingOf(plan, journalOf(first))).difference, null);
});

test("replay: by another file the course differs where that decides otherwise", () => {
  const { plan, journal } = aLife();
  const other = planOf({
    children: SHOP,
    intensity: { restarts: 9, withinMs: 30_000 },
    onFailure: "escalate",
  });
  assert.equal(replay(plan, recordingOf(plan, journal)).difference, null);
  const { difference } = replay(other, recordingOf(other, journal));
  assert.ok(difference?.kind === "other" && difference.field === "left", JSON.stringify(difference));
});
