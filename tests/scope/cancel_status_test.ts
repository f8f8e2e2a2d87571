import assert from "node:assert/strict";
import { CancelStatus } from "../../lib/scope/cancel_status.ts";
import type { CancelCause } from "../../lib/scope/cancelled.ts";
import { RootTask } from "../../lib/scope/task_info.ts";
import { describeTasks } from "../../lib/scope/task_tree.ts";
import { test } from "../harness/test.ts";

const CAUSE: CancelCause = { source: "explicit", reason: null, by: null };

test("cancel status: as many scopes as fit into memory may be inside of one, to be forced and to be listed", () => {
  const root = new CancelStatus(null, false, null);
  const inner = Array.from({ length: 300_000 }, () => new CancelStatus(root, true, null));
  root.cancel(CAUSE);
  assert.ok(inner.every((status) => status.inForce === null));
  root.force();
  assert.ok(inner.every((status) => status.inForce === CAUSE));
  assert.deepEqual(describeTasks(root, new RootTask("main")), { name: "main", waitsFor: [], nurseries: [] });
});

test("cancel status: shields that are made after a force count as little", () => {
  const root = new CancelStatus(null, false, null);
  root.cancel(CAUSE);
  root.force();
  const inner = new CancelStatus(new CancelStatus(root, true, null), true, null);
  assert.equal(inner.inForce, CAUSE);
  assert.equal(inner.effectiveDeadline, -Infinity);
});
