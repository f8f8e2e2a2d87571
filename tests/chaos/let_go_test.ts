/** What chaos has stopped goes on, by what the helper was told last. */
import assert from "node:assert/strict";
import { heldAfter, heldLine } from "../../lib/chaos/let_go.ts";
import { test } from "../harness/test.ts";

const [one, other] = [{ pid: 10, startTime: 100 }, { pid: 11, startTime: 110 }];

test("holds: those that were stopped and not let go are held", () => {
  const told = [heldLine(one, true), heldLine(other, true), heldLine(one, false)].join("");
  assert.deepEqual(heldAfter(told), [other]);
  assert.deepEqual(heldAfter(told + heldLine(one, true)), [other, one]);
  assert.deepEqual(heldAfter(""), []);
});

test("holds: a line that was cut says nothing", () => {
  assert.deepEqual(heldAfter(`${heldLine(one, true)}+ 11`), [one]);
});
