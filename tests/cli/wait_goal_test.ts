import assert from "node:assert/strict";
import { type Goal, rowsToJudge, standingOf } from "../../lib/cli/wait_goal.ts";
import type { StatusRow } from "../../lib/control/protocol.ts";
import { statusRow } from "../harness/status_row.ts";
import { test } from "../harness/test.ts";

function row(path: string, fields: Partial<StatusRow>): StatusRow {
  return statusRow(path, { daemon: false, pid: 7, ...fields });
}

const STATES: Readonly<Record<string, Partial<StatusRow>>> = {
  inactive: { state: "inactive", ready: null, pid: null },
  waiting: { state: "waiting", ready: null, pid: null },
  unready: { state: "starting", ready: false },
  ready: {},
  healthy: { healthy: true },
  "backing off": { state: "backing_off", ready: null, pid: null },
  stopping: { state: "stopping", ready: false },
  stopped: { state: "stopped", ready: null, pid: null },
  completed: { state: "completed", ready: null, pid: null },
  failed: { state: "failed", ready: null, pid: null },
};

test("wait goal: each state has reached a goal, may come to it, or never will", () => {
  const cases: readonly (readonly [Goal, readonly string[], readonly string[]])[] = [
    ["started", ["unready", "ready", "healthy", "stopping"], ["completed", "failed"]],
    ["ready", ["ready", "healthy"], ["completed", "failed"]],
    ["healthy", ["healthy"], ["completed", "failed"]],
    ["completed", ["completed"], ["failed"]],
    ["stopped", ["inactive", "stopped"], ["completed", "failed"]],
    ["failed", ["failed"], ["completed"]],
  ];
  for (const [goal, reached, missed] of cases) {
    for (const [name, fields] of Object.entries(STATES)) {
      const expected = reached.includes(name) ? "reached" : missed.includes(name) ? "missed" : "pending";
      assert.equal(standingOf(row("a", fields), [goal]), expected, `${name} for ${goal}`);
    }
  }
  assert.equal(standingOf(row("a", STATES["completed"]!), ["ready", "completed"]), "reached");
});

test("wait goal: a tree is judged as a whole, and a glob passes over what nobody has started", () => {
  const rows = [
    row("api.1", {}),
    row("api.2", {}),
    row("pool", { kind: "tree", pid: null }),
    row("pool/a", {}),
    row("pool/b", STATES["inactive"]!),
  ];
  const judged = (...selectors: string[]) => rowsToJudge(rows, selectors).map(({ path }) => path);
  assert.deepEqual(judged("api"), ["api.1", "api.2"]);
  assert.deepEqual(judged("pool"), ["pool"]);
  assert.deepEqual(judged("**"), ["api.1", "api.2", "pool/a"]);
  assert.deepEqual(judged("pool/b"), ["pool/b"]);
});
