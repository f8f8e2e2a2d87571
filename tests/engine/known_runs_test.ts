/** What runs and processes are found by. */
import assert from "node:assert/strict";
import { type Contained, newRun } from "../../lib/engine/containment/contained.ts";
import { KnownRuns } from "../../lib/engine/containment/known_runs.ts";
import { Sightings } from "../../lib/engine/containment/sightings.ts";
import type { ProcessRow } from "../../lib/host/ports/processes.ts";
import { test } from "../harness/test.ts";

function runOf(
  run: number,
  pid: number,
  startTime = 1,
  home: number | null = null,
  outputs: readonly string[] = [],
): Contained {
  return newRun({ run, path: `a${run}`, marker: `m${run}`, main: { pid, startTime }, home }, outputs);
}

const inSession = (session: number, group: number) => ({ session, group }) as ProcessRow;

test("known runs: each is found by its main process, its session, its group and its mark, until it is removed", () => {
  const runs = new KnownRuns<Contained>();
  const [one, other] = [runOf(1, 10), runOf(2, 20)];
  runs.add(one);
  runs.add(other);
  assert.equal(runs.ofMain({ pid: 10, startTime: 1 }), one);
  assert.equal(runs.ofMain({ pid: 10, startTime: 2 }), undefined);
  assert.deepEqual([runs.ofSession(inSession(20, 7)), runs.ofSession(inSession(7, 10))], [other, one]);
  assert.deepEqual([runs.ofMarker("m2"), runs.get(2), runs.has(2)], [other, other, true]);
  runs.remove(other);
  assert.deepEqual([runs.ofSession(inSession(20, 7)), runs.ofMarker("m2"), runs.has(2)], [
    undefined,
    undefined,
    false,
  ]);
  assert.deepEqual(runs.all(), [one]);
});

test("known runs: one that is removed late takes nothing from a later one with the same number", () => {
  const runs = new KnownRuns<Contained>();
  const [old, young] = [runOf(1, 10, 1), runOf(2, 10, 2)];
  runs.add(old);
  runs.add(young);
  runs.remove(old);
  assert.equal(runs.ofMain(young.main), young);
});

test("known runs: only of an isolator with one run alone all is that one's", () => {
  const runs = new KnownRuns<Contained>();
  const [one, other] = [runOf(1, 10, 1, 5), runOf(2, 20, 1, 5)];
  runs.add(one);
  assert.deepEqual([runs.onlyAt(5), runs.onlyAt(6)], [one, undefined]);
  runs.add(other);
  assert.equal(runs.onlyAt(5), undefined);
  runs.remove(one);
  assert.equal(runs.onlyAt(5), other);
});

test("known runs: an output tells whose a process is only while one run alone has it", () => {
  const runs = new KnownRuns<Contained>();
  const [one, other] = [runOf(1, 10, 1, null, ["p1", "p2"]), runOf(2, 20, 1, null, ["p2", "p3"])];
  runs.add(one);
  runs.add(other);
  const found = (...outputs: string[]) => runs.ofOutputs(outputs)?.run;
  assert.deepEqual([found("p1"), found("p3", "p3"), found("p2"), found("p1", "p3"), found("p4"), found()], [
    1,
    2,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  runs.remove(other);
  assert.deepEqual([found("p2"), found("p3")], [1, undefined]);
});

test("sightings: a process is of the run that it was seen in last, until it or the run is forgotten", () => {
  const seen = new Sightings();
  const [one, other] = [{ pid: 7, startTime: 1 }, { pid: 8, startTime: 1 }];
  seen.add(one, 1);
  seen.add(one, 2);
  seen.add(other, 2);
  assert.deepEqual([seen.runOf(one), [...seen.of(1)], [...seen.of(2)]], [2, [], ["7:1", "8:1"]]);
  assert.equal(seen.runOf({ pid: 7, startTime: 2 }), undefined);
  seen.forget(one);
  assert.deepEqual([seen.runOf(one), [...seen.of(2)]], [undefined, ["8:1"]]);
  seen.forgetRun(2);
  assert.deepEqual([seen.runOf(other), [...seen.of(2)]], [undefined, []]);
});
