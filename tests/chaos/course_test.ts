/** The course of a watched tree is exact where entries tell it, and holds to expectations. */
import assert from "node:assert/strict";
import { WatchedCourse } from "../../lib/chaos/course.ts";
import type { NodeId } from "../../lib/config/plan.ts";
import type { JournalEntry } from "../../lib/engine/journal/journal.ts";
import { expectationsOrThrow } from "../../lib/simulation/expect/check.ts";
import { Course, judge } from "../../lib/simulation/expect/judge.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { statusRow as row } from "../harness/status_row.ts";

const A = "a" as NodeId;
const PLAN = planOf({ children: { a: { daemon: true } } });
const BEGIN = Date.parse("2026-01-01T00:00:00.000Z");

function entry(
  seq: number,
  atMs: number,
  event: string,
  data: Readonly<Record<string, unknown>> = {},
): JournalEntry {
  return {
    at: new Date(BEGIN + atMs).toISOString(),
    seq,
    path: A,
    event,
    cause: null,
    ...data,
  } as JournalEntry;
}

function restarted(): WatchedCourse {
  const course = new WatchedCourse(PLAN, BEGIN);
  course.observe(0, [row("a")], new Map([[A, 1]]));
  course.tell(entry(5, 1_000, "exited", { code: null, signal: "SIGKILL" }));
  course.tell(entry(6, 1_001, "restarted", { delayMs: 0, left: 4 }));
  course.tell(entry(7, 1_002, "started", { pid: 11, run: 2, starts: 2 }));
  course.tell(entry(8, 1_300, "ready", { afterMs: 298 }));
  return course;
}

test("course: entries tell what an actor is, to the millisecond", () => {
  const { changes, entries } = restarted().trace(5_000, null);
  assert.deepEqual(changes.map(({ atMs, fact }) => [atMs, fact.state, fact.ready]), [
    [0, "running", true],
    [1_000, "stopping", false],
    [1_001, "backing_off", null],
    [1_002, "starting", false],
    [1_300, "running", true],
  ]);
  assert.deepEqual(entries[0], {
    seq: 5,
    node: A,
    event: "exited",
    cause: null,
    data: { code: null, signal: "SIGKILL" },
    atMs: 1_000,
  });
});

test("course: an actor that has started has a process, though the table was looked at before", () => {
  const course = restarted();
  course.observe(1_310, [row("a")], new Map());
  const [claim] = expectationsOrThrow(PLAN, ["always a started after 1100ms"]);
  const judged = judge(claim!, new Course(course.trace(5_000, null), false));
  assert.equal(judged.is, "kept");
});

test("course: one row that is older than the last entry changes nothing, one that stays does", () => {
  const course = restarted();
  const old = [row("a", { state: "starting", ready: false })];
  course.observe(1_310, old, new Map([[A, 1]]));
  course.observe(1_360, [row("a")], new Map([[A, 1]]));
  assert.equal(course.trace(5_000, null).changes.at(-1)!.atMs, 1_300);
  course.observe(2_000, old, new Map([[A, 1]]));
  course.observe(2_050, old, new Map([[A, 1]]));
  assert.deepEqual(course.trace(5_000, null).changes.at(-1)!.fact.state, "starting");
});

test("course: expectations are judged by it, two main processes among them", () => {
  const course = restarted();
  course.observe(3_000, [row("a")], new Map([[A, 2]]));
  const texts = [
    "never a failed",
    "a restarts at most 0",
    "never a running twice",
    "a ready within 1s of a starting",
  ];
  const judged = new Course(course.trace(5_000, null), false);
  const verdicts = expectationsOrThrow(PLAN, texts).map((one) => judge(one, judged).is);
  assert.deepEqual(verdicts, ["kept", "broken", "broken", "kept"]);
});
