import assert from "node:assert/strict";
import { planOf, type TreeSketch } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";

/** A crashing daemon three supervisors down, each of which grants `restarts` restarts. */
function threeLevels(restarts: number, innermost: Partial<TreeSketch> = {}) {
  const intensity = { restarts, withinMs: 60_000 };
  const rules = { intensity, onFailure: "escalate" } as const;
  return planOf({
    ...rules,
    children: {
      bystander: { daemon: true },
      outer: {
        ...rules,
        children: {
          neighbour: { daemon: true },
          inner: { ...rules, ...innermost, children: { bad: { daemon: true } } },
        },
      },
    },
  });
}

test("escalation: a budget of 0 at every level brings the whole tree down at the first failure", () => {
  const world = new World(threeLevels(0)).begin();
  world.take();
  world.exits("outer/inner/bad", 1);
  assert.deepEqual(world.take("#escalated", "#failed", "#stopped", "#ended", "finish"), [
    "#escalated outer/inner",
    "#failed outer/inner/bad",
    "#escalated outer",
    "#failed outer/inner",
    "#stopped outer/neighbour",
    "#escalated ",
    "#failed outer",
    "#stopped bystander",
    "#ended ",
    "#failed ",
    "finish",
  ]);
  assert.equal(world.outcome?.kind, "gave_up");
});

test("escalation: each level spends its own budget before it fails upward", () => {
  const world = new World(threeLevels(1));
  world.script("outer/inner/bad", { spawn: { error: "no such file" } });
  world.begin();
  world.exhaust();
  const count = (line: string) => world.log.filter((logged) => logged === line).length;
  // Two starts at each of three levels.
  assert.equal(count("spawn outer/inner/bad"), 8);
  assert.equal(count("#escalated outer/inner"), 4);
  assert.equal(count("#escalated outer"), 2);
  assert.equal(count("#escalated "), 1);
  assert.equal(world.outcome?.kind, "gave_up");
});

test("escalation: a restarted supervisor starts with a fresh budget and all of its children", () => {
  const world = new World(planOf({
    children: {
      pool: {
        intensity: { restarts: 1, withinMs: 60_000 },
        onFailure: "escalate",
        children: { a: { daemon: true }, b: { daemon: true } },
      },
    },
  })).begin();
  for (let round = 0; round < 3; round++) {
    world.exits("pool/a", 1);
    world.advance(200);
    assert.equal(world.phase("pool"), "up");
    world.take();
    world.exits("pool/a", 1);
    world.advance(1_000);
    assert.deepEqual(world.take("#escalated", "#restarted", "spawn"), [
      "#escalated pool",
      "#restarted pool",
      "spawn pool/a",
      "spawn pool/b",
    ], `round ${round}`);
  }
});

test("escalation: with on_failure stop the supervisor is left failed and its parent goes on", () => {
  const world = new World(threeLevels(0, { onFailure: "stop" })).begin();
  world.exits("outer/inner/bad", 1);
  assert.deepEqual(world.phases(), {
    bystander: "running",
    outer: "up",
    "outer/neighbour": "running",
    "outer/inner": "failed",
    "outer/inner/bad": "failed",
  });
  assert.equal(world.outcome, null);
});

test("escalation: restarts that are further apart than the window are granted for ever", () => {
  const world = new World(
    planOf({ intensity: { restarts: 1, withinMs: 5_000 }, children: { a: { daemon: true } } }),
  );
  world.begin();
  for (let i = 0; i < 20; i++) {
    world.advance(20_000);
    world.exits("a", 1);
  }
  assert.equal(world.phase("a"), "running");
});

test("escalation: restarts by hand do not spend the budget", () => {
  const world = new World(
    planOf({ intensity: { restarts: 0, withinMs: 5_000 }, children: { a: { daemon: true } } }),
  );
  world.begin();
  for (let i = 0; i < 5; i++) world.restart("a");
  assert.equal(world.phase("a"), "running");
  assert.equal(world.outcome, null);
});

test("backoff: the first restart is immediate, later ones wait longer, and a long good run resets it", () => {
  const world = new World(planOf({
    intensity: { restarts: 100, withinMs: 1_000 },
    children: { a: { daemon: true } },
  })).begin();
  const delayAfterExit = () => {
    world.exits("a", 1);
    const from = world.now;
    while (world.phase("a") !== "running") world.advance(10);
    return world.now - from;
  };
  assert.deepEqual([1, 2, 3, 4, 5].map(delayAfterExit), [0, 100, 200, 400, 800]);
  world.advance(10_000);
  assert.deepEqual([1, 2].map(delayAfterExit), [0, 100]);
});

test("strategy: companions stop in reverse order, temporary ones for good, and all start again together", () => {
  const world = new World(planOf({
    strategy: "one_for_all",
    children: {
      a: { daemon: true },
      b: { daemon: true, needs: { a: "ready" } },
      job: { restart: "never" },
      finished: {},
      c: { daemon: true, needs: { b: "ready" } },
    },
  })).begin();
  world.exits("finished", 0);
  world.take();
  world.exits("b", 1);
  assert.deepEqual(world.take("signal", "spawn", "#stopped"), [
    "signal job",
    "signal c",
    "signal a",
    "#stopped job",
    "spawn a",
    "spawn b",
    "spawn c",
  ]);
  assert.deepEqual(world.phases(), {
    a: "running",
    b: "running",
    job: "stopped",
    finished: "completed",
    c: "running",
  });
});

test("strategy: nothing of a group starts before its slowest member has stopped and the backoff is over", () => {
  const world = new World(planOf({
    strategy: "rest_for_one",
    children: { a: { daemon: true }, b: { daemon: true }, c: { daemon: true, stop: { graceMs: 3_000 } } },
  })).begin();
  world.script("c", { obeys: false });
  world.exits("b", 1);
  assert.deepEqual(world.phases(), { a: "running", b: "regrouping", c: "stopping" });
  world.advance(2_999);
  assert.equal(world.phase("b"), "regrouping");
  world.advance(1);
  assert.deepEqual(world.phases(), { a: "running", b: "running", c: "running" });
  world.script("c", { obeys: true });
  world.exits("b", 1);
  assert.deepEqual(world.phases(), { a: "running", b: "regrouping", c: "regrouping" });
  world.advance(100);
  assert.deepEqual(world.phases(), { a: "running", b: "running", c: "running" });
});

test("strategy: a group waits for a member that ends for a reason of its own, too", () => {
  const world = new World(planOf({
    strategy: "one_for_all",
    children: { a: { daemon: true }, job: {}, web: { daemon: true } },
  })).begin();
  world.script("job", { leaves: "stubborn" });
  world.exits("job", 0);
  world.take();
  world.exits("a", 1);
  assert.deepEqual(world.take("spawn"), []);
  world.advance(10_000);
  assert.deepEqual(world.take("spawn", "#completed"), ["#completed job", "spawn a", "spawn web"]);
});

test("strategy: a member that was stopped by hand stays stopped when its group restarts", () => {
  const world = new World(planOf({
    strategy: "one_for_all",
    children: { a: { daemon: true }, b: { daemon: true } },
  })).begin();
  world.stop("b");
  world.exits("a", 1);
  assert.deepEqual(world.phases(), { a: "running", b: "stopped" });
});

test("strategy: a nested tree is a companion like any other", () => {
  const world = new World(planOf({
    strategy: "one_for_all",
    children: { a: { daemon: true }, pool: { children: { x: { daemon: true }, y: { daemon: true } } } },
  })).begin();
  world.take();
  world.exits("a", 1);
  assert.deepEqual(world.take("spawn"), ["spawn a", "spawn pool/x", "spawn pool/y"]);
});
