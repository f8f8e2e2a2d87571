import assert from "node:assert/strict";
import { planOf, type TreeSketch } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";
import { holdToReference } from "./reference/twin.ts";

const DAEMON = { daemon: true };
const ONCE = { restarts: 1, withinMs: 60_000 };

function worldOf(sketch: TreeSketch): World {
  const world = new World(planOf({ intensity: ONCE, ...sketch }));
  world.onStep = holdToReference;
  return world.begin();
}

function crash(world: World, path: string, times: number): void {
  for (let count = 0; count < times; count++) {
    world.exits(path, 1);
    world.advance(200);
  }
}

test("reset: what gave up starts again with all its restarts, and its dependents with it", () => {
  const world = worldOf({
    children: { db: DAEMON, api: { daemon: true, needs: { db: "ready" } }, other: DAEMON },
  });
  crash(world, "db", 2);
  world.restart("api");
  assert.deepEqual(world.phases(), { db: "failed", api: "failed", other: "running" });
  const request = world.reset("db");
  world.advance(200);
  assert.deepEqual(world.phases(), { db: "running", api: "running", other: "running" });
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
  assert.equal(world.state.nodes.get(world.id("db"))!.restarts, 0);
  crash(world, "db", 1);
  assert.equal(world.phase("db"), "running");
});

test("reset: what runs has all its restarts again and goes on, what was stopped or has completed stays so", () => {
  const world = worldOf({ children: { a: DAEMON, stopped: DAEMON, done: {}, b: DAEMON } });
  crash(world, "a", 1);
  world.exits("done", 0);
  world.stop("stopped");
  world.take();
  const request = world.reset("a", "stopped", "done");
  assert.deepEqual(world.take(), ["#requested ", "reply"]);
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
  crash(world, "a", 1);
  assert.deepEqual(world.phases(), { a: "running", stopped: "stopped", done: "completed", b: "running" });
});

test("reset: a pause before a restart is over, also one of a group", () => {
  for (const strategy of ["one_for_one", "one_for_all"] as const) {
    const world = worldOf({
      strategy,
      intensity: { restarts: 100, withinMs: 1_000 },
      children: { a: DAEMON, b: DAEMON },
    });
    while (world.now < 3_000) {
      if (world.phase("a") === "running") world.exits("a", 1);
      world.advance(100);
    }
    assert.notEqual(world.phase("a"), "running", strategy);
    const before = world.now;
    world.reset("a");
    assert.deepEqual(world.phases(), { a: "running", b: "running" }, strategy);
    assert.equal(world.now, before);
    // The next restart is immediate, as the first one ever.
    world.exits("a", 1);
    assert.equal(world.phase("a"), "running", strategy);
  }
});

test("reset: what is yet being ended after its last restart starts again when it is over", () => {
  const world = worldOf({ children: { a: DAEMON, b: DAEMON } });
  crash(world, "a", 1);
  world.script("a", { leaves: "stubborn" });
  world.exits("a", 1);
  assert.equal(world.phase("a"), "stopping");
  const request = world.reset("a");
  assert.equal(world.replies.get(request), undefined);
  world.advance(20_000);
  assert.equal(world.phase("a"), "running");
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
});

test("reset: a tree stands for all in it, and what has failed in one that is down starts with that", () => {
  const pool = { onFailure: "stop", intensity: ONCE, children: { x: DAEMON, y: DAEMON } } as const;
  const world = worldOf({ children: { pool, other: DAEMON } });
  crash(world, "pool/x", 2);
  const down = { pool: "failed", "pool/x": "failed", "pool/y": "stopped", other: "running" };
  assert.deepEqual(world.phases(), down);
  assert.deepEqual(world.replies.get(world.reset("pool/x")), { ok: true, refusal: null });
  assert.deepEqual(world.phases(), down);
  const request = world.reset("pool");
  world.advance(200);
  assert.deepEqual(world.phases(), {
    pool: "up",
    "pool/x": "running",
    "pool/y": "running",
    other: "running",
  });
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
});

test("reset: of a tree that is at work it forgets the failures of all below it", () => {
  const pool = { onFailure: "fail_child", intensity: ONCE, children: { x: DAEMON, y: DAEMON } } as const;
  const world = worldOf({ children: { pool, other: DAEMON } });
  crash(world, "pool/x", 2);
  crash(world, "pool/y", 1);
  world.advance(200);
  assert.deepEqual([world.phase("pool/x"), world.phase("pool/y")], ["failed", "running"]);
  const request = world.reset("pool");
  world.advance(200);
  assert.deepEqual([world.phase("pool/x"), world.phase("pool/y")], ["running", "running"]);
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
  // Its budget is whole again: one more crash is no end.
  crash(world, "pool/y", 1);
  world.advance(200);
  assert.equal(world.phase("pool/y"), "running");
});

test("reset: what fails again makes the answer no, and what is torn down refuses it", () => {
  const world = worldOf({ children: { a: DAEMON, b: DAEMON } });
  world.script("a", { spawn: { error: "no such file" } });
  world.script("b", { obeys: false });
  crash(world, "a", 1);
  world.advance(1_000);
  assert.equal(world.phase("a"), "failed");
  const request = world.reset("a");
  world.advance(1_000);
  assert.deepEqual(world.replies.get(request), { ok: false, refusal: null });
  world.down();
  assert.deepEqual(world.replies.get(world.reset("a")), {
    ok: false,
    refusal: { kind: "torn_down", tree: "" },
  });
});

test("reset: a tree that counts the restarts of all its children together has all of them again", () => {
  const pool = { onFailure: "stop", intensity: ONCE, children: { x: DAEMON, y: DAEMON } } as const;
  const world = worldOf({ children: { pool, other: DAEMON } });
  crash(world, "pool/x", 1);
  world.reset("pool");
  crash(world, "pool/y", 1);
  assert.equal(world.phase("pool"), "up");
  crash(world, "pool/x", 1);
  assert.equal(world.phase("pool"), "failed");
});
