/** Verdicts on courses that are long, at rest, or hard to count, each held to a plain look at the same course. */
import assert from "node:assert/strict";
import { seeded } from "../../../lib/base/chance.ts";
import type { Health, NodeId, Plan, Ready } from "../../../lib/config/plan.ts";
import { checkExpectation, expectationsOrThrow } from "../../../lib/simulation/expect/check.ts";
import { COUNTED, holdsOf } from "../../../lib/simulation/expect/expectation.ts";
import { Course, judge } from "../../../lib/simulation/expect/judge.ts";
import { parseExpectation } from "../../../lib/simulation/expect/parse.ts";
import type { ScriptLine } from "../../../lib/simulation/script.ts";
import { simulateTrace } from "../../../lib/simulation/simulate.ts";
import type { Change, Fact, TimedEntry, Trace } from "../../../lib/simulation/trace.ts";
import { describeBroken } from "../../../lib/words/describe_verdict.ts";
import { planOf } from "../../harness/plan.ts";
import { test } from "../../harness/test.ts";

const id = (path: string) => path as NodeId;
const FIRST = { from: 1, count: 1 };
const ALL = { from: 1, count: Infinity };
const READY: Ready = { probe: { type: "log", pattern: "x" }, intervalMs: 100 };
const HEALTH: Health = {
  probe: { type: "tcp", host: "localhost", port: 1 },
  watchdogMs: null,
  intervalMs: 1_000,
  timeoutMs: 500,
  retries: 2,
  startPeriodMs: 0,
  onFailure: "restart",
};
const PAIR = planOf({ children: { db: { daemon: true }, api: { daemon: true } } });

/** @returns Null if it is kept, else why it is not. */
function verdict(
  plan: Plan,
  script: readonly ScriptLine[],
  text: string,
  forMs: number | null = null,
): string | null {
  const simulated = simulateTrace(plan, script, forMs === null ? {} : { forMs });
  const [expectation] = expectationsOrThrow(plan, [text]);
  const found = judge(expectation!, new Course(simulated, simulated.isAtRest));
  if (found.is === "broken") return describeBroken(expectation!, found.why);
  return found.is === "kept" ? null : "open";
}

test("expect: nothing comes in time any more once the tree is at rest", () => {
  const plan = planOf({
    children: { db: { daemon: true }, api: { daemon: true, ready: READY, startTimeoutMs: Infinity } },
  });
  const stuck: ScriptLine = { kind: "slow", path: id("api"), runs: ALL, ms: Infinity };
  assert.equal(
    verdict(plan, [stuck], "api ready within 30s of db ready"),
    '"api" was not ready within 30s after "db" was ready at 0ms: it was starting since 0ms',
  );
  assert.equal(verdict(plan, [], "api ready within 30s of db ready"), null);
});

test("expect: an actor that is restarted because it is unhealthy was so", () => {
  const plan = planOf({ children: { api: { daemon: true, health: HEALTH } } });
  const hang: ScriptLine = { kind: "hang", path: id("api"), runs: FIRST, atMs: 10_000 };
  assert.match(
    verdict(plan, [hang], "never api unhealthy")!,
    /^"api" was unhealthy at 12s \(no answer within 0.5 s\)$/,
  );
  assert.equal(verdict(plan, [hang], "api unhealthy before 20s"), null);
  assert.equal(verdict(plan, [hang], "api ready within 30s of api unhealthy"), null);
});

test("expect: an actor is started once its process is there, and a tree once it is at work", () => {
  const command = { argv: ["/bin/true"], ownGroup: true } as never;
  const hooks = { commands: { pre_start: command }, timeoutMs: 60_000 };
  const plan = planOf({ children: { api: { daemon: true, hooks, restart: "never" } } });
  const slow: ScriptLine = {
    kind: "hook",
    path: id("api"),
    runs: ALL,
    hook: "pre_start",
    ms: 5_000,
    code: 0,
  };
  const failing: ScriptLine = { ...slow, code: 1 };
  const missing: ScriptLine = { kind: "missing", path: id("api"), runs: ALL };
  assert.match(verdict(plan, [slow], "api started before 5s")!, /^"api" was never started before 5s/);
  assert.equal(verdict(plan, [slow], "api started before 6s"), null);
  for (const script of [[failing], [missing]]) assert.equal(verdict(plan, script, "never api started"), null);
  assert.equal(verdict(plan, [slow], "tree started before 1s"), null);
});

test("expect: the end of an earlier run is no reason for what is done to a later one", () => {
  const script: readonly ScriptLine[] = [
    { kind: "exit", path: id("db"), runs: FIRST, atMs: 1_000, how: 1 },
    { kind: "request", atMs: 60_000, request: { verb: "stop", paths: [id("db")] } },
  ];
  assert.equal(
    verdict(PAIR, script, "always db running after 10s", 90_000),
    '"db" was not running at 1m: it was stopping since 1m',
  );
  assert.equal(verdict(PAIR, script, "never db stopping after 5s", 90_000), '"db" was stopping at 1m');
  assert.match(verdict(PAIR, script, "always db running after 500ms")!, /not running at 1s.*exit code 1/);
});

const RUNS = planOf({
  children: {
    db: { daemon: true },
    slow: { daemon: true, ready: READY, startTimeoutMs: 5_000 },
    sick: { daemon: true, health: HEALTH },
    ill: { daemon: true, health: { ...HEALTH, onFailure: "ignore" } },
    again: {
      restart: "always",
      backoff: { initialMs: 2_000, maxMs: 2_000, factor: 1, jitter: 0, resetAfterMs: 0 },
    },
    long: { runTimeoutMs: 1_500, restart: "on-failure" },
    missing: { daemon: true, intensity: { restarts: 3, withinMs: 60_000 } },
    waits: { daemon: true, needs: { missing: "ready" } },
  },
});
const FAILURES: readonly ScriptLine[] = [
  { kind: "exit", path: id("db"), runs: { from: 1, count: 2 }, atMs: 1_000, how: 0 },
  { kind: "slow", path: id("slow"), runs: FIRST, ms: Infinity },
  { kind: "unhealthy", path: id("sick"), runs: FIRST, atMs: 3_000, forMs: 10_000 },
  { kind: "unhealthy", path: id("ill"), runs: FIRST, atMs: 3_000, forMs: 10_000 },
  { kind: "lasts", path: id("long"), runs: FIRST, ms: 5_000 },
  { kind: "lasts", path: id("again"), runs: ALL, ms: 10_000 },
  { kind: "missing", path: id("missing"), runs: ALL },
];

test("expect: each run that fails is counted once, restarted or not", () => {
  const counts = { db: 2, slow: 1, sick: 1, ill: 0, again: 0, long: 1, missing: 4, waits: 1 };
  for (const [name, count] of Object.entries(counts)) {
    assert.equal(verdict(RUNS, FAILURES, `${name} failures exactly ${count}`, 45_000), null, name);
  }
  assert.equal(verdict(RUNS, FAILURES, "tree failures exactly 10", 45_000), null);
  assert.match(verdict(RUNS, FAILURES, "again restarts at most 0", 45_000)!, /^"again" has 1 restart/);
});

test("expect: a delay is looked up, however often somebody comes to be so", () => {
  let looks = 0;
  class Watched extends Course {
    override stretches(path: NodeId) {
      return new Proxy(super.stretches(path), {
        get(target, key) {
          if (typeof key === "string" && /^\d+$/.test(key)) looks += 1;
          return Reflect.get(target, key);
        },
      });
    }
  }
  const times = 2_000;
  const changes = Array.from({ length: times }, (_, index) => {
    const ready = index % 2 === 1;
    const fact: Fact = { state: ready ? "running" : "starting", ready, healthy: null, processes: 1 };
    return ["db", "api"].map((path): Change => ({ atMs: index * 1_000, path: id(path), fact }));
  }).flat();
  const trace: Trace = { plan: PAIR, changes, entries: [], untilMs: times * 1_000, outcome: null };
  const [expectation] = expectationsOrThrow(PAIR, ["api ready within 10s of db ready"]);
  assert.equal(judge(expectation!, new Watched(trace)).is, "kept");
  assert.ok(looks < 4 * changes.length, `${looks} looks at ${changes.length} changes`);
});

test("expect: obvious sentences are understood, and say the same as plain ones", () => {
  const meaning = (text: string) => {
    const read = parseExpectation(text);
    assert.ok(read.ok, text);
    return { ...read.expectation, text: "" };
  };
  for (
    const [obvious, plain] of [
      ["db never failed", "never db failed"],
      ["db always ready after 30s", "always db ready after 30s"],
      ["db fails at least 1", "db failures at least 1"],
      ["db restarts at most 3 times within 1m", "db restarts at most 3 within 1m"],
      ["db restarts at most 1 time", "db restarts at most 1"],
      ["db starts exactly once", "db starts exactly 1"],
      ["db starts exactly twice", "db starts exactly 2"],
      ["db never restarts", "db restarts at most 0"],
      ["never db fails", "db failures at most 0"],
    ] as const
  ) assert.deepEqual(meaning(obvious), meaning(plain), obvious);
});

test("expect: sentences that miss say which one was meant", () => {
  const problem = (text: string) => {
    const read = parseExpectation(text);
    assert.ok(!read.ok, text);
    return `${read.problem.at} ${read.problem.what}; ${read.problem.hint}`;
  };
  assert.equal(
    problem("api ready within 60s"),
    '20 "of" is missing; from the beginning of the tree it is "before 60s"',
  );
  assert.equal(problem("api ready before 60"), '17 "60" is no time; times are written "10s", "1m30s"');
  assert.match(problem("api ready within 0s of db ready"), /^10 nothing takes no time/);
  assert.match(problem("db restarts at most 3 within 0s"), /^22 nothing takes no time/);
  assert.match(problem("db restarts at least 0"), /^21 that is always so/);
  assert.match(
    problem("always db restarts"),
    /^10 "at most", "at least" or "exactly" is missing|"always" does not/,
  );
  assert.match(problem("never db never failed"), /^9 "never" is no state/);
});

test("expect: what could never be told is found, with its column", () => {
  const plan = planOf({
    children: {
      a: { daemon: true, restart: "never" },
      w: { daemon: true, health: HEALTH },
      set: { strategy: "one_for_all", children: { b: { daemon: true, restart: "never" } } },
    },
  });
  const problem = (text: string, horizonMs: number | null = null) => {
    const read = parseExpectation(text);
    assert.ok(read.ok, text);
    const found = checkExpectation(read.expectation, plan, horizonMs);
    return found === null ? null : `${found.at} ${found.what}`;
  };
  assert.equal(problem("a backing-off"), '2 "a" is never backing-off: its `restart` is "never"');
  assert.equal(problem("a restarts at least 1"), '0 "a" is never restarted: its `restart` is "never"');
  assert.equal(problem("a restarts at most 1"), null);
  assert.equal(problem("set/b backing-off"), null, "siblings may take it along");
  assert.equal(problem("always x ready"), '7 nothing in the file is called "x"');
  assert.equal(problem("never l ready"), '6 nothing in the file is called "l"');
  assert.equal(problem("always a healthy"), '9 "a" is never healthy: nobody asks for its health');
  assert.equal(problem("never a healthy"), '8 "a" is never healthy: nobody asks for its health');
  assert.equal(problem("never * unhealthy"), null, "one of them can be");
  assert.equal(problem("* healthy"), '2 "a" is never healthy: nobody asks for its health');
  assert.equal(
    problem("w ready before 2m", 60_000),
    "15 the course ends after 1m, before that could be told",
  );
  assert.equal(
    problem("a ready within 2m of w ready", 60_000),
    "15 the course ends after 1m, before that could be told",
  );
  assert.equal(problem("a ready before a ready"), "0 both are the same, and that is always so");
});

test("expect: no characters make the reader throw or point outside of the text", () => {
  const random = seeded(11);
  const pieces = [
    ..."abz019 \t\n\"'*?/.-_:#{}[]()\\\u0000\u00e9\u{1f600}",
    "never ",
    "db ",
    "ready ",
    "within ",
    "1h",
    "1e9",
    "9".repeat(40),
    "tree",
  ];
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from(
      { length: Math.floor(random() * 30) },
      () => pieces[Math.floor(random() * pieces.length)],
    )
      .join("");
    const read = parseExpectation(text);
    if (read.ok) {
      const problem = checkExpectation(read.expectation, PAIR, 1_000);
      const end = read.expectation.text.length;
      assert.ok(problem === null || (problem.at >= 0 && problem.at <= end), JSON.stringify(text));
    } else {
      assert.ok(read.problem.at >= 0 && read.problem.at <= text.length, JSON.stringify(text));
    }
  }
});

/** A random course of two actors, up to 100 ms, which may end before or be at rest. */
function randomCourse(random: () => number): { readonly trace: Trace; readonly isAtRest: boolean } {
  const changes: Change[] = [];
  const entries: TimedEntry[] = [];
  const untilMs = 40 + Math.floor(random() * 40);
  const states = ["waiting", "starting", "running", "stopped"] as const;
  const events = ["started", "exited"] as const;
  for (let atMs = 0; atMs < untilMs; atMs += atMs === 0 ? 1 : Math.floor(random() * 9)) {
    for (const path of ["db", "api"].filter(() => atMs === 0 || random() < 0.5)) {
      const state = states[Math.floor(random() * states.length)]!;
      const fact: Fact = { state, ready: random() < 0.5, healthy: null, processes: Math.floor(random() * 3) };
      changes.push({ atMs, path: id(path), fact });
      const event = events[Math.floor(random() * events.length)]!;
      const about = { seq: entries.length + 1, node: id(path), cause: null, atMs };
      entries.push(
        event === "started"
          ? { ...about, event, data: { starts: 1 } }
          : { ...about, event, data: { code: 0, signal: null } },
      );
    }
  }
  return { trace: { plan: PAIR, changes, entries, untilMs, outcome: null }, isAtRest: random() < 0.5 };
}

test("expect: orders, delays and counts are those of a look at everything", () => {
  const random = seeded(23);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const seen = { order: new Set<string>(), within: new Set<string>(), count: new Set<string>() };
  for (let round = 0; round < 4_000; round++) {
    const { trace, isAtRest } = randomCourse(random);
    const isOver = random() < 0.5;
    const claim = {
      who: "api",
      state: pick(["ready", "running", "running twice"] as const),
      isNot: random() < 0.3,
    };
    const other = { who: "db", state: pick(["ready", "stopped", "starting"] as const), isNot: false };
    const course = new Course(trace, isAtRest);
    const facts = (path: string) => trace.changes.filter((change) => change.path === path);
    const firstOf = (path: string, what: typeof claim | typeof other) =>
      facts(path).find(({ fact }) => holdsOf(what, fact, false))?.atMs ?? Infinity;

    const order = judge({ text: "", kind: "order", claim, than: other }, course, isOver).is;
    const [mine, its] = [firstOf("api", claim), firstOf("db", other)];
    assert.equal(
      order,
      its < mine ? "broken" : isOver || mine < Infinity ? "kept" : "open",
      `order ${round}`,
    );
    seen.order.add(order);

    const ms = 1 + Math.floor(random() * 30);
    const slowWithin = (): string => {
      const mine = facts("api");
      const begins = facts("db").filter(({ fact }, index, all) =>
        holdsOf(other, fact, false) && (index === 0 || !holdsOf(other, all[index - 1]!.fact, false))
      );
      for (const { atMs: fromMs } of begins) {
        const isSo = mine.some(({ atMs, fact }, index) => {
          const toMs = mine[index + 1]?.atMs ?? (isAtRest ? Infinity : trace.untilMs);
          return holdsOf(claim, fact, false) && atMs <= fromMs + ms && (toMs > fromMs || atMs >= fromMs);
        });
        if (isSo) continue;
        if (isAtRest || trace.untilMs >= fromMs + ms) return "broken";
      }
      return isOver ? "kept" : "open";
    };
    const within = judge({ text: "", kind: "within", claim, ms, of: other }, course, isOver).is;
    assert.equal(within, slowWithin(), `within ${round}`);
    seen.within.add(within);

    const what = pick(COUNTED.filter((name) => name === "starts" || name === "exits"));
    const how = pick(["at most", "at least", "exactly"] as const);
    const number = Math.floor(random() * 7);
    const withinMs = random() < 0.5 ? null : 1 + Math.floor(random() * 30);
    const slowCount = (): string => {
      const event = what === "starts" ? "started" : "exited";
      const times = trace.entries.filter((entry) => entry.node === "db" && entry.event === event)
        .map(({ atMs }) => atMs);
      const most = Math.max(
        0,
        ...times.map((fromMs) =>
          times.filter((atMs) => atMs >= fromMs && atMs - fromMs <= (withinMs ?? Infinity)).length
        ),
      );
      if (how !== "at least" && most > number) return "broken";
      if (how === "at least" && most >= number) return "kept";
      if (!isOver) return "open";
      return how === "at most" || most === number ? "kept" : "broken";
    };
    const count =
      judge({ text: "", kind: "count", who: "db", what, how, number, withinMs }, course, isOver).is;
    assert.equal(count, slowCount(), `count ${round}`);
    seen.count.add(count);
  }
  for (const [kind, verdicts] of Object.entries(seen)) {
    assert.equal(verdicts.size, 3, `${kind} has all verdicts`);
  }
});
