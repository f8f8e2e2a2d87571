import assert from "node:assert/strict";
import { isAlive, isSame, isStuck, keyOf, livingRow, presentRow } from "../../lib/host/alive.ts";
import type { ProcessRow } from "../../lib/host/ports/processes.ts";
import { test } from "../harness/test.ts";

const ID = { pid: 7, startTime: 100 };

/** A table with one line at most. */
function tableOf(row: Pick<ProcessRow, "startTime" | "state"> | null) {
  const line = { pid: 7, parent: 1, group: 7, session: 7, name: "web", cpuMs: 0, rss: 0 };
  return { find: (pid: number) => row === null || pid !== 7 ? null : { ...line, ...row } };
}

test("alive: every state of a process, and of a later one with its number, has one answer", () => {
  const answers = [
    { row: null, present: false, alive: false },
    { row: { startTime: 100, state: "R" }, present: true, alive: true },
    { row: { startTime: 100, state: "S" }, present: true, alive: true },
    { row: { startTime: 100, state: "T" }, present: true, alive: true },
    { row: { startTime: 100, state: "D" }, present: true, alive: true },
    { row: { startTime: 100, state: "Z" }, present: true, alive: false },
    { row: { startTime: 100, state: "X" }, present: true, alive: false },
    { row: { startTime: 101, state: "S" }, present: false, alive: false },
    { row: { startTime: 101, state: "Z" }, present: false, alive: false },
  ];
  for (const { row, present, alive } of answers) {
    const table = tableOf(row);
    const about = JSON.stringify(row);
    assert.equal(presentRow(table, ID) !== null, present, about);
    assert.equal(livingRow(table, ID) !== null, alive, about);
    assert.equal(isAlive(table, ID), alive, about);
  }
});

test("alive: a process is named by its number and its start", () => {
  assert.ok(isSame(ID, { ...ID }));
  assert.ok(!isSame(ID, { ...ID, startTime: 101 }));
  assert.ok(!isSame(ID, { ...ID, pid: 8 }));
  assert.notEqual(keyOf(ID), keyOf({ pid: 71, startTime: 0 }));
});

test("alive: only a wait that no signal interrupts makes a process stuck", () => {
  assert.deepEqual(["R", "S", "D", "T", "Z"].filter((state) => isStuck({ state })), ["D"]);
});
