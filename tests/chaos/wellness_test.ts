/** When a tree is well, and whether its budgets bear another act. */
import assert from "node:assert/strict";
import { baseOf, downOf, hasRestartsLeft, isWell, recoveryDeadline } from "../../lib/chaos/wellness.ts";
import type { NodeId } from "../../lib/config/plan.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { statusRow as row } from "../harness/status_row.ts";

const [A, B] = ["a" as NodeId, "b" as NodeId];

test("chaos: an actor is well that is ready and healthy, or not to run", () => {
  for (
    const good of [{}, { healthy: true }, { state: "completed", ready: null }, {
      state: "inactive",
      ready: null,
    }] as const
  ) {
    assert.ok(isWell(row("a", good)), JSON.stringify(good));
  }
  for (
    const bad of [
      { ready: false },
      { healthy: false },
      { state: "starting", ready: false },
      { state: "backing_off", ready: null },
      { state: "failed", ready: null },
      { state: "stopping", ready: false },
    ] as const
  ) assert.ok(!isWell(row("a", bad)), JSON.stringify(bad));
});

test("chaos: what had failed before is not waited for", () => {
  const plan = planOf({ children: { a: { daemon: true }, b: { daemon: true } } });
  const base = baseOf(plan, [row("a"), row("b", { state: "failed" })]);
  assert.deepEqual(downOf(plan, base, [row("a"), row("b", { state: "failed" })]), []);
  assert.deepEqual(downOf(plan, base, [row("a", { state: "backing_off", ready: null }), row("b")]), ["a"]);
});

test("chaos: a budget of an actor's own is never spent, and one restart is kept for others", () => {
  const plan = planOf({
    intensity: { restarts: 3, withinMs: 10_000 },
    children: { a: { daemon: true }, b: { daemon: true } },
  });
  const at = (...times: readonly number[]) => times.map((atMs) => ({ path: A, atMs }));
  assert.ok(hasRestartsLeft(plan, A, at(1_000), 2_000));
  assert.ok(!hasRestartsLeft(plan, A, at(1_000, 1_500), 2_000));
  assert.ok(hasRestartsLeft(plan, A, at(1_000, 1_500), 11_200), "one of them is out of the window");
  assert.ok(hasRestartsLeft(plan, B, at(1_000, 1_500), 2_000));
});

test("chaos: a budget that is shared is spent by siblings, and one without an end by nobody", () => {
  const shared = planOf({
    onFailure: "escalate",
    intensity: { restarts: 2, withinMs: 10_000 },
    children: { a: { daemon: true }, b: { daemon: true } },
  });
  assert.ok(hasRestartsLeft(shared, B, [], 2_000));
  assert.ok(!hasRestartsLeft(shared, B, [{ path: A, atMs: 1_000 }], 2_000));
  const endless = planOf({ intensity: "unlimited", children: { a: { daemon: true } } });
  assert.ok(hasRestartsLeft(endless, A, Array(100).fill({ path: A, atMs: 1_000 }), 2_000));
  const single = planOf({ intensity: { restarts: 1, withinMs: 10_000 }, children: { a: { daemon: true } } });
  assert.ok(hasRestartsLeft(single, A, [], 2_000), "its only restart may be had");
});

test("chaos: a recovery may take as long as starts, stops and pauses may, also of what waits", () => {
  const plan = planOf({
    children: {
      a: { daemon: true, startTimeoutMs: 1_000 },
      b: { daemon: true, startTimeoutMs: 2_000, needs: { a: "ready" } },
    },
  });
  const [a, b] = [recoveryDeadline(plan, A, null), recoveryDeadline(plan, B, null)];
  assert.ok(a >= b + 1_000);
  assert.equal(recoveryDeadline(plan, B, 500), b + 500);
});
