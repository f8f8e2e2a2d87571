/** What journals say, with answers that were worked out by hand. */
import assert from "node:assert/strict";
import { analyse, type Analysis, type Question } from "../../lib/analysis/analysis.ts";
import type { Link } from "../../lib/analysis/critical_path.ts";
import { painter } from "../../lib/cli/render/paint.ts";
import { analysisFields } from "../../lib/cli/render/analysis_fields.ts";
import { renderAnalysis } from "../../lib/cli/render/analysis.ts";
import type { Plan } from "../../lib/config/plan.ts";
import type { JournalEntry } from "../../lib/engine/journal/journal.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { BEGIN, journal } from "./journals.ts";

const HTTP = { probe: { type: "http", url: "http://127.0.0.1/" }, intervalMs: 100 } as const;

/** `api` waits for `migrate`, which waits for `db`, and for `cache`. */
const SHOP = planOf({
  children: {
    db: { daemon: true },
    migrate: { needs: { db: "ready" } },
    cache: { daemon: true, ready: HTTP },
    api: { daemon: true, needs: { migrate: "completed", cache: "ready" } },
  },
});

const START = `
  0     .       started tree
  10    db      started
  10    cache   started
  1010  db      ready 1000
  1020  migrate started
  1020  migrate ready
  3010  cache   ready 3000
  4120  migrate exited 0
  4120  migrate completed
  4130  api     started
  4630  api     ready 500
  4630  .       ready 4630
`;

function ask(entries: readonly JournalEntry[], plan: Plan | null, more: Partial<Question> = {}): Analysis {
  return analyse({ entries, plan, selection: null, since: null, runsUntil: null, ...more });
}

const only = (...paths: readonly string[]) => (path: string) => paths.includes(path);
const short = (links: readonly Link[]) =>
  links.map(({ path, spent, from, to }) => `${path === "" ? "." : path} ${spent} ${to - from}`);

test("analysis: the chain that made a tree ready adds up to its start, link by link", () => {
  const { start } = ask(journal(START), SHOP);
  assert.deepEqual(short(start!.path), [
    "db waiting 10",
    "db starting 1000",
    "migrate waiting 10",
    "migrate running 3100",
    "api waiting 10",
    "api starting 500",
  ]);
  const total = start!.path.reduce((sum, { from, to }) => sum + to - from, 0);
  assert.equal(total, start!.readyAt! - start!.startedAt);
  assert.deepEqual([start!.contradictions, start!.unknown, start!.missing], [[], [], 0]);
});

test("analysis: a gain is computed anew, and ends where another chain takes the place of the first", () => {
  const { start } = ask(journal(START), SHOP);
  // Without migrate api waits for cache until 3010; without db all behind it comes 1010 earlier.
  assert.deepEqual(start!.gains, [
    { path: "migrate", ms: 1_110, then: "cache" },
    { path: "db", ms: 1_010, then: null },
    { path: "api", ms: 510, then: null },
  ]);
});

test("analysis: with selectors the start is over when these are ready", () => {
  const { start } = ask(journal(START), SHOP, { selection: only("cache", "db") });
  assert.equal(start!.readyAt! - start!.startedAt, 3_010);
  assert.deepEqual(short(start!.path), ["cache waiting 10", "cache starting 3000"]);
});

test("analysis: failed runs and pauses are links of the chain", () => {
  const plan = planOf({ children: { a: { daemon: true }, b: { needs: { a: "ready" } } } });
  const { start, restarts } = ask(
    journal(`
      0    . started tree
      5    a hook_started
      25   a started
      125  a exited 3
      126  a restarted 200
      326  a started
      626  a ready 300
      630  b started
      630  b ready
      630  . ready 630
    `),
    plan,
  );
  assert.deepEqual(short(start!.path), [
    "a waiting 5",
    "a hook 20",
    "a failing 100",
    "a clearing 1",
    "a backoff 200",
    "a starting 300",
    "b waiting 4",
  ]);
  assert.deepEqual(restarts.worst, [{
    path: "a",
    restarts: 1,
    downMs: 501,
    backoffMs: 200,
    failed: 0,
    endings: [{ how: "exit 3", count: 1 }],
  }]);
});

test("analysis: replicas count as one actor, and all that is in a tree for what waits for the tree", () => {
  const plan = planOf({
    children: {
      pool: { children: { "w.1": { daemon: true }, "w.2": { daemon: true } } },
      web: { daemon: true, needs: { pool: "ready" } },
    },
  });
  const { start } = ask(
    journal(`
      0    .        started tree
      0    pool     started tree
      0    pool/w.1 started
      0    pool/w.2 started
      700  pool/w.1 ready 700
      800  pool/w.2 ready 800
      800  web      started
      900  web      ready 100
      900  .        ready 900
      900  pool     ready 900
    `),
    plan,
  );
  assert.deepEqual(short(start!.path), ["pool/w.2 starting 800", "web starting 100"]);
  assert.deepEqual(start!.gains.map(({ path, ms }) => [path, ms]), [["pool/w", 800], ["web", 100]]);
});

test("analysis: where a tree starts one child at a time, or so many, each waits for what made room", () => {
  const actors = `
    0    . started tree
    0    a started
    500  a ready 500
    500  b started
    900  b ready 400
    900  . ready 900
  `;
  for (const order of [{ start: "sequential" }, { concurrency: 1 }] as const) {
    const plan = planOf({ ...order, children: { a: { daemon: true }, b: { daemon: true } } });
    const { start } = ask(journal(actors), plan);
    assert.deepEqual(short(start!.path), ["a starting 500", "b starting 400"]);
    assert.deepEqual(start!.gains.map(({ path, ms }) => [path, ms]), [["a", 500], ["b", 400]]);
  }
});

test("analysis: of a probe the longest pause that there was room for may be lost", () => {
  const { start } = ask(journal(START), SHOP);
  // Pauses are 100, 150, 225, 338, 506, 759: all of these are 2078 together, and the next of 1139 ends behind 3000.
  assert.deepEqual(start!.probes, [
    { path: "cache", waitedMs: 3_000, probe: "http", intervalMs: 100, lostMsAtMost: 759 },
    { path: "db", waitedMs: 1_000, probe: null, intervalMs: null, lostMsAtMost: 0 },
    { path: "api", waitedMs: 500, probe: null, intervalMs: null, lostMsAtMost: 0 },
  ]);
});

const STOP = `
  0    .       started tree
  0    db      started
  0    cache   started
  0    db      ready
  0    cache   ready
  0    api     started
  0    api     ready
  0    .       ready
  5000 .       requested
  5000 .       cancelled
  5001 api     stopping 500
  5501 api     killed
  5503 api     exited 137
  5510 api     stopped
  5511 db      stopping
  5511 cache   stopping
  5600 cache   exited 0
  5600 cache   stopped
  5911 db      exited 0
  5911 db      stopped
  5912 .       stopped
`;

test("analysis: a stop waits for dependents, their grace and their kill", () => {
  const plan = planOf({
    children: {
      db: { daemon: true },
      cache: { daemon: true },
      api: { daemon: true, needs: { db: "ready", cache: "ready" } },
    },
  });
  const { stop } = ask(journal(STOP), plan);
  assert.deepEqual([stop!.endedAt! - stop!.begunAt, stop!.last], [912, "db"]);
  assert.deepEqual(short(stop!.path), [
    "api waiting 1",
    "api grace 500",
    "api killed 2",
    "api clearing 7",
    "db waiting 1",
    "db grace 400",
    ". waiting 1",
  ]);
  assert.deepEqual(stop!.killed, [{ path: "api", graceMs: 500, signal: "SIGTERM" }]);
  const cache = ask(journal(STOP), plan, { selection: only("cache") }).stop;
  assert.deepEqual([cache!.last, cache!.endedAt! - cache!.begunAt, cache!.killed], ["cache", 600, []]);
  // What goes on has no end, and what is not among those that stop has no stop.
  const goesOn = ask(journal(STOP).slice(0, -1), plan).stop;
  assert.deepEqual([goesOn!.endedAt, goesOn!.path], [null, []]);
  assert.equal(ask(journal(STOP), plan, { selection: only("other") }).stop, null);
});

/** Starts of one actor, each a day after the one before. */
function startsOf(times: readonly number[]): readonly JournalEntry[] {
  return times.flatMap((ms, day) =>
    journal(
      `0 . started tree\n0 a started\n${ms} a ready ${ms}\n${ms} . ready ${ms}\n${ms} . stopped`,
      day * 86_400_000,
    )
  );
}

test("analysis: a start beside earlier ones, and where they go", () => {
  const plan = planOf({ children: { a: { daemon: true } } });
  const { starts, lives } = ask(startsOf([1_000, 1_200, 1_100, 2_000, 2_200, 2_400]), plan);
  assert.equal(lives, 6);
  assert.deepEqual([starts!.medianMs, starts!.fastestMs, starts!.slowestMs, starts!.tookMs], [
    1_200,
    1_000,
    2_200,
    2_400,
  ]);
  assert.equal(starts!.trend, "slower");
  assert.deepEqual(starts!.slower, [{ path: "a", tookMs: 2_400, medianMs: 1_200 }]);
  assert.equal(ask(startsOf([2_000, 2_100, 2_000, 1_000, 1_100, 1_000]), plan).starts!.trend, "faster");
  assert.equal(ask(startsOf([1_000, 1_010, 1_000, 1_020, 1_010, 1_030]), plan).starts!.trend, "steady");
  const few = ask(startsOf([1_000, 9_000]), plan).starts!;
  assert.deepEqual([few.trend, few.slower], [null, []]);
  assert.equal(ask(startsOf([1_000]), plan).starts, null);
});

test("analysis: what has begun before --since counts for nothing", () => {
  const plan = planOf({ children: { a: { daemon: true } } });
  const entries = startsOf([1_000, 1_200, 1_100]);
  const since = BEGIN + 86_400_000;
  const recent = ask(entries, plan, { since });
  assert.deepEqual([recent.lives, recent.entries, recent.starts!.earlier.length], [2, 10, 1]);
  const none = ask(entries, plan, { since: BEGIN + 30 * 86_400_000 });
  assert.deepEqual([none.from, none.start, none.stop, none.starts, none.restarts.restarts], [
    null,
    null,
    null,
    null,
    0,
  ]);
});

test("analysis: restarts have a rate once there is an hour of them", () => {
  const plan = planOf({ children: { a: { daemon: true }, b: { daemon: true } } });
  const entries = journal(`
    0       . started tree
    0       a started
    0       a ready
    0       b started
    0       b ready
    1000    a exited 1
    1000    a restarted 0
    1010    a started
    1010    a ready
    2000    a exited 1
    2000    a restarted 500
    2500    a started
    2600    a ready 100
    3000    b exited 2
    3000    b restarted 0
    3100    b started
    3100    b ready
    4000    b exited 2
    4000    b failed
  `);
  const { restarts } = ask(entries, plan, { runsUntil: BEGIN + 2 * 3_600_000 });
  assert.deepEqual([restarts.restarts, restarts.perHour, restarts.observedMs], [3, 1.5, 7_200_000]);
  assert.deepEqual(
    restarts.worst.map(({ path, restarts, downMs, failed }) => [path, restarts, downMs, failed]),
    [
      ["a", 2, 610, 0],
      ["b", 1, 100, 1],
    ],
  );
  assert.equal(ask(entries, plan).restarts.perHour, null);
});

test("analysis: a journal that is cut, of another file or by another clock is doubted aloud", () => {
  const cut = journal(START).filter(({ seq }) => seq !== 6);
  assert.equal(ask(cut, SHOP).start!.missing, 1);
  // The begin of a life that was rotated away is no start.
  assert.equal(ask(journal(START).slice(3), SHOP).start, null);
  const other = planOf({
    children: { db: { daemon: true, needs: { api: "ready" } }, api: { daemon: true } },
  });
  const { start } = ask(journal(START), other);
  assert.deepEqual(start!.contradictions, [{ path: "db", on: "api" }]);
  assert.deepEqual(start!.unknown, ["cache", "migrate"]);
  const back = journal(START.replace("4130  api     started", "130 api started"));
  assert.equal(ask(back, SHOP).start!.isClockSetBack, true);
  for (const { from, to } of ask(back, SHOP).start!.path) assert.ok(to >= from);
});

test("analysis: without a plan only the last link is known, and no wait is made up", () => {
  const { start, hasPlan } = ask(journal(START), null);
  assert.equal(hasPlan, false);
  assert.deepEqual(short(start!.path), ["api waiting 4130", "api starting 500"]);
  assert.deepEqual([start!.unknown, start!.gains], [[], []]);
  const text = renderAnalysis(ask(journal(START), null), { name: "shop", selectors: [] }, 80, painter(false));
  assert.match(text, /^ +4\.1s {2}api {2}waited, for whom only the file tells$/m);
});

test("analysis: a start that was never ready names whom it waits for", () => {
  const { start } = ask(journal(START).slice(0, 6), SHOP);
  assert.deepEqual([start!.readyAt, start!.path, start!.gains], [null, [], []]);
  assert.deepEqual([start!.unready, start!.unstarted], [["cache"], ["api"]]);
});

test("analysis: entries that another version has made do no harm", () => {
  const odd = [
    ...journal(START),
    { at: "no date", seq: 13, path: "db", event: "dreamt", cause: null },
    { at: "no date", seq: 14, path: "db", event: "exited", cause: null },
  ] as unknown as readonly JournalEntry[];
  const found = ask(odd, SHOP);
  assert.equal(found.start!.gains.length, 3);
  const subject = { name: "shop", selectors: [] };
  assert.doesNotThrow(() => JSON.stringify(analysisFields(found, subject)));
  assert.doesNotThrow(() => renderAnalysis(found, subject, 80, painter(false)));
});

test("analysis: as people read it, within the columns of a terminal", () => {
  const text = renderAnalysis(ask(journal(START), SHOP), { name: "shop", selectors: [] }, 80, painter(false));
  assert.equal(
    text,
    `shop: 12 entries of 1 life, 2026-01-01T00:00:00.000Z to 2026-01-01T00:00:04.630Z

Last start, 2026-01-01T00:00:00.000Z
  the tree was ready after 4.6s
   10ms  db       waited for its turn
   1.0s  db       started, until it was ready
   10ms  migrate  waited for its turn
   3.1s  migrate  ran, until it had completed
   10ms  api      waited for its turn
  500ms  api      started, until it was ready

The tree would be ready sooner by
   1.1s  if migrate took no time; then it waits for cache
   1.0s  if db took no time
  510ms  if api took no time

Time until actors were ready: 4.5s of 3 actors
   3.0s  cache  http: asked every 100ms at first; up to 759ms lost
   1.0s  db
  500ms  api

No earlier start to compare with

0 restarts in 4.6s`,
  );
});

test("analysis: a thousand actors that wait for each other have an answer of some lines", () => {
  const names = Array.from({ length: 1_000 }, (_, index) => `a${index}`);
  const plan = planOf({
    children: Object.fromEntries(
      names.map((name, index) => [
        name,
        index === 0 ? { daemon: true } : { daemon: true, needs: { [names[index - 1]!]: "ready" as const } },
      ]),
    ),
  });
  const lines = names.flatMap((name, index) => [
    `${index * 10} ${name} started`,
    `${index * 10 + 10} ${name} ready 10`,
  ]);
  const found = ask(journal(["0 . started tree", ...lines, "10000 . ready 10000"].join("\n")), plan);
  assert.equal(found.start!.path.length, 1_000);
  const text = renderAnalysis(found, { name: "crowd", selectors: [] }, 80, painter(false));
  assert.ok(text.split("\n").length < 50, text);
  assert.match(text, /and 980 shorter waits; --json has them all/);
});
