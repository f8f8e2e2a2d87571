import assert from "node:assert/strict";
import type { OnFailure, Strategy } from "../../lib/config/plan.ts";
import { MOST_UNSETTLED } from "../../lib/supervision/endless.ts";
import { outcomeExitCode } from "../../lib/supervision/root_cause.ts";
import { type ActorSketch, planOf, type TreeSketch } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";

const DAEMON = { daemon: true };
const BUDGET = { restarts: 2, withinMs: 60_000 };
const FAILED = { kind: "exit", exit: { how: "exited", code: 1 }, error: null } as const;

/** Crashes an actor as often as it is started again, within a time in which nothing is forgotten. */
function crash(world: World, path: string, most = 100): number {
  let count = 0;
  for (; count < most && world.outcome === null && world.processOf(path) !== undefined; count++) {
    world.exits(path, 1);
    world.advance(1_000);
  }
  return count;
}

function worldOf(sketch: TreeSketch): World {
  return new World(planOf({ intensity: BUDGET, ...sketch })).begin();
}

test("budget: each mode says what becomes of the child, the tree and the siblings when restarts are spent", () => {
  const table: readonly (readonly [OnFailure, Strategy, Record<string, string>])[] = [
    ["fail_child", "one_for_one", { pool: "up", "pool/a": "failed", "pool/b": "running" }],
    ["fail_child", "one_for_all", { pool: "up", "pool/a": "failed", "pool/b": "running" }],
    ["fail_child", "rest_for_one", { pool: "up", "pool/a": "failed", "pool/b": "running" }],
    ["stop", "one_for_one", { pool: "failed", "pool/a": "failed", "pool/b": "stopped" }],
    ["stop", "one_for_all", { pool: "failed", "pool/a": "failed", "pool/b": "stopped" }],
    ["escalate", "one_for_one", { pool: "up", "pool/a": "running", "pool/b": "running" }],
    ["escalate", "rest_for_one", { pool: "up", "pool/a": "running", "pool/b": "running" }],
  ];
  for (const [onFailure, strategy, expected] of table) {
    const pool = { onFailure, strategy, intensity: BUDGET, children: { a: DAEMON, b: DAEMON } };
    const world = worldOf({ children: { pool, other: DAEMON } });
    const where = `${onFailure}, ${strategy}`;
    assert.equal(crash(world, "pool/a", 3), 3, where);
    assert.deepEqual(world.phases(), { ...expected, other: "running" }, where);
    const restarted = world.take("#restarted").filter((line) => line.endsWith(" pool"));
    assert.equal(restarted.length, onFailure === "escalate" ? 1 : 0, where);
  }
});

test("budget: children that are counted by themselves do not spend each other's restarts", () => {
  const world = worldOf({ children: { a: DAEMON, b: DAEMON, c: DAEMON } });
  for (let round = 0; round < 2; round++) {
    for (const path of ["a", "b", "c"]) world.exits(path, 1);
    world.advance(1_000);
  }
  assert.deepEqual(world.phases(), { a: "running", b: "running", c: "running" });
  world.take();
  world.exits("b", 1);
  assert.deepEqual(world.take("#gave_up", "#escalated", "#failed"), ["#gave_up b", "#failed b"]);
  assert.deepEqual(world.phases(), { a: "running", b: "failed", c: "running" });
  const { phase } = world.state.nodes.get(world.id("b"))!;
  assert.deepEqual(phase, { at: "failed", reason: { kind: "gave_up", by: "b", last: FAILED } });
});

test("budget: what waits for a child that gave up fails with it, what runs goes on, and all come back with it", () => {
  const world = new World(planOf({
    intensity: BUDGET,
    children: {
      db: DAEMON,
      api: { daemon: true, needs: { db: "ready" } },
      late: { daemon: true, autostart: false, needs: { db: "ready" } },
      later: { daemon: true, needs: { late: "ready" } },
      other: DAEMON,
    },
  })).begin();
  assert.equal(crash(world, "db"), 3);
  world.restart("api");
  assert.deepEqual(world.phases(), {
    db: "failed",
    api: "failed",
    late: "running",
    later: "running",
    other: "running",
  });
  assert.deepEqual(world.state.nodes.get(world.id("api"))!.phase, {
    at: "failed",
    reason: { kind: "dependency", on: "db" },
  });
  world.start(["db"]);
  assert.ok(
    Object.values(world.phases()).every((phase) => phase === "running"),
    JSON.stringify(world.phases()),
  );
  // A start by hand forgets the restarts that it has needed before.
  assert.equal(crash(world, "db"), 3);
});

test("budget: an actor may have one of its own, which counts where its tree counts each child by itself", () => {
  const own = { daemon: true, intensity: { restarts: 1, withinMs: 60_000 } };
  const world = worldOf({ children: { own, endless: { daemon: true, intensity: "unlimited" }, a: DAEMON } });
  assert.deepEqual([crash(world, "own"), crash(world, "a"), crash(world, "endless", 5)], [2, 3, 5]);
  assert.deepEqual(world.phases(), { own: "failed", endless: "running", a: "failed" });
  const together = worldOf({ onFailure: "escalate", children: { own, a: DAEMON } });
  assert.equal(crash(together, "own"), 3);
  assert.equal(together.outcome?.kind, "gave_up");
});

test("budget: without a limit a crash loop slows down to the longest pause, and never ends", () => {
  const backoff = { initialMs: 1, maxMs: 5_000, factor: 10, jitter: 0, resetAfterMs: 60_000 };
  for (const onFailure of ["fail_child", "escalate", "stop"] as const) {
    const world = worldOf({ intensity: "unlimited", onFailure, children: { a: { daemon: true, backoff } } });
    const delays = Array.from({ length: 400 }, () => {
      world.exits("a", 1);
      const from = world.now;
      while (world.phase("a") !== "running") world.advance(1_000);
      return world.now - from;
    });
    assert.deepEqual([...new Set(delays.slice(6))], [5_000], onFailure);
    assert.equal(world.outcome, null);
  }
});

test("budget: a nested tree is a child that is counted by itself, with the budget of the tree around it", () => {
  const pool = {
    onFailure: "escalate",
    intensity: { restarts: 0, withinMs: 1_000 },
    children: { x: DAEMON },
  } as const;
  const world = worldOf({ children: { pool, other: DAEMON } });
  assert.equal(crash(world, "pool/x"), 3);
  assert.deepEqual(world.phases(), { pool: "failed", "pool/x": "failed", other: "running" });
  assert.deepEqual(world.state.nodes.get(world.id("pool"))!.phase, {
    at: "failed",
    reason: { kind: "gave_up", by: "pool", last: FAILED },
  });
  world.start(["pool"]);
  assert.deepEqual(world.phases(), { pool: "up", "pool/x": "running", other: "running" });
  assert.equal(crash(world, "pool/x"), 3);
});

test("budget: a tree all of whose children gave up has failed, and its parent decides", () => {
  const pool = { intensity: { restarts: 0, withinMs: 1_000 }, children: { x: DAEMON, y: DAEMON } };
  const world = worldOf({ children: { pool, other: DAEMON } });
  world.exits("pool/x", 1);
  assert.deepEqual(world.phases(), { pool: "up", "pool/x": "failed", "pool/y": "running", other: "running" });
  world.exits("pool/y", 1);
  assert.deepEqual(world.phases(), {
    pool: "up",
    "pool/x": "running",
    "pool/y": "running",
    other: "running",
  });
  assert.deepEqual(world.take("#restarted"), ["#restarted pool"]);
});

test("budget: replicas are counted each by itself", () => {
  const world = worldOf({ children: { "api.1": DAEMON, "api.2": { ...DAEMON, replica: 2 } } });
  assert.equal(crash(world, "api.1"), 3);
  assert.deepEqual(world.phases(), { "api.1": "failed", "api.2": "running" });
});

test("budget: a significant child that is left failed ends its tree in every mode, with the code of giving up", () => {
  for (const onFailure of ["fail_child", "escalate", "stop"] as const) {
    const world = worldOf({ onFailure, children: { main: { ...DAEMON, significant: true }, other: DAEMON } });
    assert.equal(crash(world, "main"), 3, onFailure);
    assert.equal(world.outcome?.kind, "gave_up", onFailure);
    assert.equal(outcomeExitCode(world.state, world.outcome!), 10, onFailure);
  }
});

test("budget: a tree whose last child ends well has failed all the same if another gave up", () => {
  const world = worldOf({ children: { bad: DAEMON, job: {} } });
  assert.equal(crash(world, "bad"), 3);
  assert.equal(world.outcome, null);
  world.exits("job", 0);
  assert.equal(outcomeExitCode(world.state, world.outcome!), 10);
  const other = worldOf({
    children: { bad: { needs: { job: "completed" } }, job: { restart: "on-failure" } },
  });
  assert.equal(crash(other, "job"), 3);
  // The dependent has failed only because of it.
  assert.equal(outcomeExitCode(other.state, other.outcome!), 10);
});

test("budget: restarts of each child are counted on by a later supervisor, and by another plan", () => {
  const sketch = (restarts: number): TreeSketch => ({
    intensity: { restarts, withinMs: 60_000 },
    children: { a: DAEMON, b: DAEMON },
  });
  const resumed = new World(planOf(sketch(2))).begin();
  crash(resumed, "a", 2);
  assert.ok(resumed.resume());
  assert.equal(crash(resumed, "a"), 1);
  const fewer = new World(planOf(sketch(5))).begin();
  crash(fewer, "a", 2);
  fewer.replan(planOf(sketch(2)));
  assert.equal(fewer.phase("a"), "running");
  assert.equal(crash(fewer, "a"), 1);
  const more = new World(planOf(sketch(2))).begin();
  crash(more, "a", 2);
  more.replan(planOf(sketch(4)));
  assert.equal(crash(more, "a"), 3);
});

const READY = { probe: { type: "file", path: "/x" }, intervalMs: 100 } as const;

/** Trees in which one actor crashes for ever before it is ready, and what nobody waits for then. */
const ENDLESS: Readonly<Record<string, Readonly<Record<string, ActorSketch | TreeSketch>>>> = {
  "alone": { loop: { ...DAEMON, ready: READY }, fine: DAEMON },
  "with dependents": {
    loop: { ...DAEMON, ready: READY },
    next: { daemon: true, needs: { loop: "ready" } },
    pool: { needs: { next: "ready" }, children: { x: DAEMON } },
    last: { daemon: true, needs: { pool: "ready" } },
  },
  "in a tree that others wait for": {
    pool: { children: { loop: { ...DAEMON, ready: READY }, fine: DAEMON } },
    next: { daemon: true, needs: { pool: "ready" } },
  },
};

test("budget: nobody waits for ever for what never becomes ready, nor for what waits for that", () => {
  const hasty = { initialMs: 1, maxMs: 1, factor: 1, jitter: 0, resetAfterMs: 10_000 };
  for (const [where, children] of Object.entries(ENDLESS)) {
    const plan = planOf({ children });
    const nodes = plan.nodes.map((node) => {
      if (node.kind === "tree") return { ...node, intensity: "unlimited" as const };
      return node.name === "loop" ? { ...node, backoff: hasty } : node;
    });
    const world = new World({ ...plan, nodes });
    const loop = nodes.find(({ name }) => name === "loop")!.path;
    world.script(loop, { spawn: { error: "no such file" } });
    world.begin();
    const all = world.awaitReady("");
    const last = world.awaitReady(nodes.at(-1)!.path);
    world.advance(MOST_UNSETTLED - 2);
    assert.equal(world.replies.get(all), undefined, where);
    world.advance(200);
    assert.deepEqual(world.replies.get(all), { ok: false, refusal: null }, where);
    assert.equal(world.replies.get(last)?.ok, where === "alone", where);
    // It goes on all the same.
    world.script(loop, { spawn: "ok" });
    world.advance(200);
    assert.ok(Object.values(world.phases()).every((phase) => phase === "running" || phase === "up"), where);
  }
});

test("budget: a tree that is restarted for ever, each time before it is ready, is waited for by nobody", () => {
  const backoff = { initialMs: 1, maxMs: 1, factor: 1, jitter: 0, resetAfterMs: 10_000 };
  const pool = {
    onFailure: "escalate",
    backoff,
    intensity: { restarts: 0, withinMs: 1_000 },
    children: { x: { ...DAEMON, ready: READY } },
  } as const;
  const world = new World(planOf({ intensity: "unlimited", children: { pool, fine: DAEMON } }));
  world.script("pool/x", { spawn: { error: "no such file" } });
  world.begin();
  const request = world.awaitReady("");
  world.advance(200);
  assert.deepEqual(world.replies.get(request), { ok: false, refusal: null });
});
