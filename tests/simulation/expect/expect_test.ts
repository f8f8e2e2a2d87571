/** What is expected of a course: each form of the language, kept and broken. */
import assert from "node:assert/strict";
import { seeded } from "../../../lib/base/chance.ts";
import type { NodeId } from "../../../lib/config/plan.ts";
import { checkExpectation, expectationsOrThrow } from "../../../lib/simulation/expect/check.ts";
import { CONDITIONS, COUNTED, holdsOf } from "../../../lib/simulation/expect/expectation.ts";
import { Course, judge } from "../../../lib/simulation/expect/judge.ts";
import { parseExpectation } from "../../../lib/simulation/expect/parse.ts";
import { type Simulated, simulateTrace } from "../../../lib/simulation/simulate.ts";
import type { Change, Fact, Trace } from "../../../lib/simulation/trace.ts";
import type { VisibleState } from "../../../lib/supervision/view.ts";
import { describeBroken } from "../../../lib/words/describe_verdict.ts";
import { planOf } from "../../harness/plan.ts";
import { test } from "../../harness/test.ts";

const id = (path: string) => path as NodeId;
const PLAN = planOf({
  children: {
    db: {
      daemon: true,
      ready: { probe: { type: "log", pattern: "x" }, intervalMs: 100 },
      startTimeoutMs: 5_000,
    },
    migrate: { needs: { db: "ready" } },
    api: { daemon: true, needs: { migrate: "completed" } },
    "rep.1": { daemon: true },
    "rep.2": { daemon: true },
    sub: { children: { queue: { daemon: true } } },
  },
});

/** `db` crashes at 10 s and at 20 s, `rep.2` at 30 s, and somebody takes the tree down at 60 s. */
const COURSE: Simulated = simulateTrace(PLAN, [
  { kind: "exit", path: id("db"), runs: { from: 1, count: 2 }, atMs: 10_000, how: 3 },
  { kind: "exit", path: id("rep.2"), runs: { from: 1, count: 1 }, atMs: 30_000, how: "SIGKILL" },
  { kind: "stop", path: id("db"), runs: { from: 1, count: Infinity }, ms: 4_000, how: null },
  { kind: "request", atMs: 60_000, request: { verb: "down" } },
], { forMs: 120_000 });

/** @returns Null if it is kept, else why it is not. */
function verdict(text: string, simulated: Simulated = COURSE): string | null {
  const [expectation] = expectationsOrThrow(simulated.plan, [text]);
  const found = judge(expectation!, new Course(simulated, simulated.isAtRest));
  return found.is === "broken"
    ? describeBroken(expectation!, found.why)
    : found.is === "kept"
    ? null
    : "open";
}

const KEPT = [
  "db ready",
  "db ready before 2s",
  "db ready after 5s",
  "db ready from 2s to 9s",
  "db ready before api started",
  "db ready before tree ready",
  "api started within 2s of db ready",
  "db ready within 3s of db backing-off",
  "tree ready before 10s",
  "tree stopped within 5s of down",
  "tree ended",
  "always rep.1 running from 1s to 59s",
  "always db not failed",
  "never db failed",
  "never db running twice",
  "never migrate running after 10s",
  "never sub/queue ready after 61s",
  "rep started",
  "** started",
  "db restarts exactly 2",
  "db restarts at most 2",
  "db starts at least 3",
  "db restarts at most 1 within 5s",
  "tree restarts at most 3",
  "rep restarts at most 1",
  "migrate completed",
  "db stopped",
  "db not ready after 5s",
];

const BROKEN: Readonly<Record<string, string>> = {
  "db failed": '"db" was never failed: it was stopped since 1m4s (SIGTERM)',
  "db ready before 500ms": '"db" was never ready before 500ms: it was starting since 0ms',
  "db ready from 2s to 11s": '"db" was not ready at 10s: it was stopping since 10s (exit code 3)',
  "always db ready after 5s": '"db" was not ready at 10s: it was stopping since 10s (exit code 3)',
  "never db backing-off": '"db" was backing off at 20s (exit code 3)',
  "never tree ended": "the tree was ended at 1m4s",
  "api started before db ready": '"db" was ready at 1s, before "api" was started, which it was at 2s',
  "db failed before db ready": '"db" was ready at 1s, before "db" was failed, which it never was',
  "api started within 500ms of db ready":
    '"api" was not started within 500ms after "db" was ready at 1s: it was waiting since 0ms',
  "tree stopped within 3s of down":
    "the tree was not stopped within 3s after a down was asked for at 1m: it was stopping since 1m",
  "db restarts at most 1": '"db" has 2 restarts, not at most 1, the last of them at 20s',
  "db restarts exactly 3": '"db" has 2 restarts, not exactly 3',
  "db restarts at least 3 within 1m": '"db" has 2 restarts within 1m, not at least 3',
  "tree restarts at most 2": "the tree has 3 restarts, not at most 2, the last of them at 30s",
  "rep restarts at most 0": '"rep.2" has 1 restart, not at most 0, the last of them at 30s',
  "tree completed": "the tree was never completed: it was stopped since 1m4s",
};

test("expect: what is so is kept", () => {
  for (const text of KEPT) assert.equal(verdict(text), null, text);
});

test("expect: what is not so is broken, with the shortest reason", () => {
  const found = Object.fromEntries(Object.keys(BROKEN).map((text) => [text, verdict(text)]));
  assert.deepEqual(found, BROKEN);
});

test("expect: two processes of one actor are seen", () => {
  const fact = (processes: number): Fact => ({ state: "running", ready: true, healthy: null, processes });
  const trace: Trace = {
    plan: PLAN,
    changes: [{ atMs: 0, path: id("db"), fact: fact(1) }, { atMs: 7_000, path: id("db"), fact: fact(2) }],
    entries: [],
    untilMs: 9_000,
    outcome: null,
  };
  const [expectation] = expectationsOrThrow(PLAN, ["never db running twice"]);
  const found = judge(expectation!, new Course(trace));
  assert.equal(found.is, "broken");
  assert.equal(
    found.is === "broken" && describeBroken(expectation!, found.why),
    '"db" had 2 processes at once at 7s',
  );
});

test("expect: of a course that goes on, what may yet come is open", () => {
  const fact: Fact = { state: "waiting", ready: null, healthy: null, processes: 0 };
  const trace: Trace = {
    plan: PLAN,
    changes: [{ atMs: 0, path: id("db"), fact }],
    entries: [],
    untilMs: 5_000,
    outcome: null,
  };
  const verdicts = (text: string) =>
    judge(expectationsOrThrow(PLAN, [text])[0]!, new Course(trace), false).is;
  assert.equal(verdicts("db ready"), "open");
  assert.equal(verdicts("db ready before 3s"), "broken");
  assert.equal(verdicts("db ready before 6s"), "open");
  assert.equal(verdicts("never db ready"), "open");
  assert.equal(verdicts("never db ready before 5s"), "kept");
  assert.equal(verdicts("db waiting"), "kept");
  assert.equal(verdicts("db restarts at most 3"), "open");
});

test("expect: what cannot be read says where and why", () => {
  const problem = (text: string) => {
    const read = parseExpectation(text);
    assert.ok(!read.ok, text);
    assert.ok(read.problem.at >= 0 && read.problem.at <= text.length);
    return `${read.problem.at} ${read.problem.what}; ${read.problem.hint}`;
  };
  assert.match(problem("api redy"), /^4 "redy" is no state; did you mean "ready"\?$/);
  assert.match(problem("api"), /^3 the state of "api" is missing; write it as in/);
  assert.match(problem(""), /^0 the name of an actor is missing/);
  assert.match(problem("api ready befor 3s"), /^10 "befor" is not understood here; did you mean "before"\?$/);
  assert.match(problem("api ready after soon"), /^16 "soon" is no time/);
  assert.match(problem("api ready before 0s"), /^10 nothing is before the beginning/);
  assert.match(problem("api ready from 5s to 3s"), /ends before it begins/);
  assert.match(problem("api ready within 5s"), /^19 "of" is missing/);
  assert.match(problem("api restarts 3"), /^13 "at most", "at least" or "exactly" is missing/);
  assert.match(problem("api restarts at most many"), /^21 a number is missing/);
  assert.match(problem("api ready twice"), /"twice" goes with "running" alone/);
  assert.match(problem("never api ready before db ready"), /"never" does not go with an order/);
  assert.match(problem("always api ready within 3s of db ready"), /"always" does not go with "within"/);
});

test("expect: what could never be told is found before anything is judged", () => {
  const problem = (text: string, horizonMs: number | null = null) => {
    const read = parseExpectation(text);
    assert.ok(read.ok, text);
    return checkExpectation(read.expectation, PLAN, horizonMs)?.what ?? null;
  };
  assert.equal(problem("dbb ready"), 'nothing in the file is called "dbb"');
  assert.equal(problem("db ready before dbb ready"), 'nothing in the file is called "dbb"');
  assert.equal(problem("dbb restarts at most 1"), 'nothing in the file is called "dbb"');
  assert.equal(problem("db healthy"), '"db" is never healthy: nobody asks for its health');
  assert.equal(problem("db completed"), '"db" is never completed: it is a daemon, whose end is a failure');
  assert.equal(problem("tree backing-off"), '"tree" is never backing-off: nobody restarts the whole tree');
  assert.equal(problem("sub running twice"), '"sub" is never running twice: a tree has no process');
  assert.equal(
    problem("db ready before 2m", 60_000),
    "the course ends after 1m, before that could be told",
  );
  assert.equal(problem("db ready before 2m", 120_000), null);
  assert.equal(problem("migrate completed"), null);
});

test("expect: nothing that is written makes the reader throw", () => {
  const random = seeded(5);
  const words = [
    ...CONDITIONS,
    ...COUNTED,
    "never",
    "always",
    "not",
    "db",
    "tree",
    "before",
    "after",
    "from",
    "to",
    "within",
    "of",
    "down",
    "at",
    "most",
    "3",
    "5s",
    "twice",
    "exactly",
    '"x"',
  ];
  let read = 0;
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from(
      { length: Math.floor(random() * 8) },
      () => words[Math.floor(random() * words.length)],
    ).join(" ");
    if (parseExpectation(text).ok) read += 1;
  }
  assert.ok(read > 100, `${read} of them mean something`);
});

test("expect: verdicts are those of a look at every millisecond", () => {
  const random = seeded(9);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const states: readonly VisibleState[] = ["waiting", "starting", "running", "backing_off", "failed"];
  for (let round = 0; round < 300; round++) {
    const changes: Change[] = [];
    for (let atMs = 0; atMs < 60; atMs += 1 + Math.floor(random() * 15)) {
      const state = pick(states);
      changes.push({
        atMs,
        path: id("db"),
        fact: { state, ready: state === "running" && random() < 0.7, healthy: null, processes: 0 },
      });
    }
    const trace: Trace = { plan: PLAN, changes, entries: [], untilMs: 80, outcome: null };
    const course = new Course(trace, true);
    const state = pick(["ready", "running", "failed", "backing-off"] as const);
    const isNot = random() < 0.3;
    const [fromMs, toMs] = [Math.floor(random() * 60), Math.floor(random() * 80)].toSorted((a, b) => a - b);
    const range = { fromMs: fromMs!, toMs: toMs! + 1 };
    const claim = { who: "db", state, isNot };
    const seen = Array.from({ length: range.toMs - range.fromMs }, (_, offset) => {
      const atMs = range.fromMs + offset;
      return holdsOf(claim, changes.findLast((change) => change.atMs <= atMs)!.fact, false);
    });
    const is = (kind: "sometime" | "always" | "never") =>
      judge({ text: "", kind, claim, range }, course).is === "kept";
    assert.equal(is("sometime"), seen.some(Boolean), `round ${round}`);
    assert.equal(is("always"), seen.every(Boolean), `round ${round}`);
    assert.equal(is("never"), !seen.some(Boolean), `round ${round}`);
  }
});
