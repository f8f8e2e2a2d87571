/** Who could be hit, and who is spared. */
import assert from "node:assert/strict";
import { fallenWith, reachOf, type ReachOptions } from "../../lib/chaos/reach.ts";
import type { NodeId } from "../../lib/config/plan.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { statusRow as row } from "../harness/status_row.ts";

const ALL: ReachOptions = {
  only: null,
  kinds: null,
  maxDown: 1,
  killsSupervisor: false,
  whyNotCut: null,
};

const PLAN = planOf({
  children: {
    db: { daemon: true },
    migrate: {},
    tick: { daemon: true, schedule: { timing: { everyMs: 1_000 }, overlap: "skip", catchUp: false } },
    once: { daemon: true, restart: "never" },
    calm: { daemon: true, restart: "on-failure", successSignals: ["SIGKILL"] },
    down: { daemon: true },
    pool: { strategy: "one_for_all", children: { a: { daemon: true }, b: { daemon: true }, job: {} } },
  },
});
const ROWS = [
  row("db"),
  row("migrate", { state: "completed", pid: null, daemon: false }),
  row("tick"),
  row("once"),
  row("calm"),
  row("down", { state: "stopped", pid: null }),
  row("pool", { kind: "tree" }),
  row("pool/a"),
  row("pool/b"),
];

function spared(options: Partial<ReachOptions> = {}) {
  return reachOf(PLAN, ROWS, { ...ALL, ...options }).spared
    .filter(({ kind }) => kind !== "fill")
    .map(({ path, kind, why }) => `${path ?? "own"} ${kind ?? "all"} ${why}`);
}

test("chaos: tasks, schedules, what is down and what falls together are spared, each with its reason", () => {
  assert.deepEqual(spared(), [
    "migrate all task",
    "tick all scheduled",
    "once kill not-restarted",
    "calm kill not-restarted",
    "down all not-running",
    "pool/a all too-many-at-once",
    "pool/b all too-many-at-once",
    "own kill-supervisor ends-tree",
    "own kill-guardian ends-tree",
  ]);
});

test("chaos: who falls together may be hit when as many may be down", () => {
  const { actors } = reachOf(PLAN, ROWS, { ...ALL, maxDown: 2 });
  assert.deepEqual(actors.map(({ path }) => path), ["db", "once", "calm", "pool/a", "pool/b"]);
});

test("chaos: only what is named is hit, by what is wanted", () => {
  const only = new Set(["db" as NodeId]);
  const reach = reachOf(PLAN, ROWS, { ...ALL, only, kinds: new Set(["stop", "kill"]) });
  assert.deepEqual(reach.actors, [{ path: "db", kinds: ["kill", "stop"] }]);
  assert.deepEqual(reach.own, []);
});

test("chaos: connections are left where they cannot be cut", () => {
  assert.ok(spared({ whyNotCut: "only root may" }).includes("db cut cannot-cut"));
});

test("chaos: the supervisor is killed where it is survived, or where somebody wants it", () => {
  const surviving = planOf({ onSupervisorDeath: "survive", children: { db: { daemon: true } } });
  const reach = reachOf(surviving, [row("db")], ALL);
  assert.deepEqual([reach.own, reach.endsWithSupervisor], [["kill-supervisor", "kill-guardian"], false]);
  assert.deepEqual(reachOf(surviving, [row("db")], { ...ALL, only: new Set(["db" as NodeId]) }).own, []);
  const asked = reachOf(PLAN, ROWS, { ...ALL, killsSupervisor: true });
  assert.deepEqual([asked.own, asked.endsWithSupervisor], [["kill-supervisor", "kill-guardian"], true]);
});

test("chaos: a strategy says who falls together", () => {
  const plan = planOf({
    strategy: "rest_for_one",
    children: { a: { daemon: true }, b: { daemon: true }, pool: { children: { c: { daemon: true } } } },
  });
  assert.deepEqual(fallenWith(plan, "a" as NodeId), ["a", "b", "pool/c"]);
  assert.deepEqual(fallenWith(plan, "b" as NodeId), ["b", "pool/c"]);
  assert.deepEqual(fallenWith(plan, "pool/c" as NodeId), ["pool/c"]);
});
