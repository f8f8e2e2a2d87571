import assert from "node:assert/strict";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";

test("teardown: dependents stop before what they depend on, siblings at once, daemons last", () => {
  const world = new World(planOf({
    children: {
      db: { daemon: true },
      cache: { daemon: true },
      api: { daemon: true, needs: { db: "ready", cache: "ready" } },
      job: { needs: { db: "ready" } },
      loose: {},
    },
  })).begin();
  for (const path of ["db", "cache", "api", "job", "loose"]) world.script(path, { obeys: false });
  world.take();
  world.down();
  assert.deepEqual(world.take("signal"), ["signal job", "signal loose"]);
  world.exits("job", "SIGTERM");
  assert.deepEqual(world.take("signal"), []);
  world.exits("loose", "SIGTERM");
  assert.deepEqual(world.take("signal"), ["signal api"]);
  world.exits("api", "SIGTERM");
  assert.deepEqual(world.take("signal"), ["signal db", "signal cache"]);
  world.exits("cache", "SIGTERM");
  world.exits("db", "SIGTERM");
  assert.deepEqual(world.outcome, { kind: "cancelled", cause: "down" });
});

test("teardown: dependencies across trees order it too", () => {
  const world = new World(planOf({
    children: {
      store: { children: { db: { daemon: true } } },
      web: { needs: { store: "ready" }, children: { api: { daemon: true }, edge: { daemon: true } } },
      probe: { daemon: true, needs: { "web/api": "ready" } },
    },
  })).begin();
  for (const path of ["store/db", "web/api", "web/edge", "probe"]) world.script(path, { obeys: false });
  world.take();
  world.down();
  assert.deepEqual(world.take("signal"), ["signal web/edge", "signal probe"]);
  world.exits("probe", "SIGTERM");
  assert.deepEqual(world.take("signal"), ["signal web/api"]);
  world.exits("web/edge", "SIGTERM");
  world.exits("web/api", "SIGTERM");
  assert.deepEqual(world.take("signal"), ["signal store/db"]);
});

test("teardown: a one-shot that a daemon depends on is not stopped before that daemon", () => {
  const world = new World(planOf({
    children: { feed: {}, web: { daemon: true, needs: { feed: "started" } } },
  })).begin();
  world.script("web", { obeys: false });
  world.take();
  world.down();
  assert.deepEqual(world.take("signal"), ["signal web"]);
  world.exits("web", "SIGTERM");
  assert.deepEqual(world.take("signal"), ["signal feed"]);
});

test("teardown: when its time is up everything is killed at once, whatever the order", () => {
  const world = new World(planOf({
    shutdownMs: 5_000,
    children: {
      db: { daemon: true },
      api: { daemon: true, needs: { db: "ready" }, stop: { graceMs: 60_000 } },
    },
  })).begin();
  world.script("api", { obeys: false, leaves: "stubborn" });
  world.script("db", { obeys: false });
  world.down();
  world.exhaust();
  assert.equal(world.now, 5_000);
  assert.ok(world.outcome);
});

test("teardown: a chain shares the deadline, so that the last in it is still asked politely", () => {
  const world = new World(planOf({
    shutdownMs: 30_000,
    children: {
      a: { daemon: true },
      b: { daemon: true, needs: { a: "ready" } },
      c: { daemon: true, needs: { b: "ready" } },
      d: { daemon: true, needs: { c: "ready" } },
      e: { daemon: true, needs: { d: "ready" } },
    },
  })).begin();
  for (const path of ["b", "c", "d", "e"]) world.script(path, { obeys: false });
  world.take();
  world.down();
  const asked: [number, string][] = [];
  for (; world.outcome === null; world.advance(1_000)) {
    for (const line of world.take("signal", "kill_all")) asked.push([world.now, line]);
  }
  for (const line of world.take("signal", "kill_all")) asked.push([world.now, line]);
  assert.deepEqual(asked, [
    [0, "signal e"],
    [6_000, "kill_all e"],
    [6_000, "signal d"],
    [12_000, "kill_all d"],
    [12_000, "signal c"],
    [18_000, "kill_all c"],
    [18_000, "signal b"],
    [24_000, "kill_all b"],
    [24_000, "signal a"],
  ]);
});

test("teardown: a nested tree never takes longer than its parent has left", () => {
  const world = new World(planOf({
    shutdownMs: 2_000,
    children: { pool: { shutdownMs: 60_000, children: { x: { daemon: true, stop: { graceMs: 60_000 } } } } },
  })).begin();
  world.script("pool/x", { obeys: false });
  world.down();
  world.exhaust();
  assert.equal(world.now, 2_000);
});

test("teardown: a later, stricter down shortens it, a laxer one does not lengthen it", () => {
  const world = new World(planOf({ children: { a: { daemon: true, stop: { graceMs: 20_000 } } } })).begin();
  world.script("a", { obeys: false });
  world.down("down", 10_000);
  world.advance(1_000);
  world.down("down", 60_000);
  world.down("interrupt", 4_000);
  world.exhaust();
  assert.equal(world.now, 5_000);
  assert.deepEqual(world.outcome, { kind: "cancelled", cause: "down" });
});

test("teardown: cutting the grace reaches those that stop and those whose turn has not come", () => {
  const world = new World(planOf({
    children: { db: { daemon: true }, api: { daemon: true, needs: { db: "ready" } } },
  })).begin();
  for (const path of ["db", "api"]) world.script(path, { obeys: false });
  world.down();
  world.advance(1_000);
  world.take();
  world.send({ type: "grace_cut", toMs: 500 });
  assert.deepEqual(world.take("#hurried"), ["#hurried "]);
  world.exhaust();
  assert.equal(world.now, 1_500);
});

test("teardown: what waits or backs off is simply stopped, and nothing is started any more", () => {
  const world = new World(planOf({
    children: {
      gate: { daemon: true },
      crashing: { daemon: true },
      waiting: { needs: { gate: "completed" } },
      obstinate: { daemon: true, stop: { graceMs: 10_000 } },
    },
  })).begin();
  world.exits("crashing", 1);
  world.exits("crashing", 1);
  world.script("obstinate", { obeys: false });
  assert.equal(world.phase("crashing"), "backing_off");
  world.take();
  world.down();
  world.exhaust();
  assert.deepEqual(world.take("spawn"), []);
  assert.deepEqual(world.phases(), {
    gate: "stopped",
    crashing: "stopped",
    waiting: "stopped",
    obstinate: "stopped",
  });
});

test("tree end: a significant one-shot that completes ends its tree well, daemons included", () => {
  const world = new World(planOf({
    children: { web: { daemon: true }, smoke: { significant: true, needs: { web: "ready" } } },
  })).begin();
  world.exits("smoke", 0);
  assert.deepEqual(world.outcome, { kind: "completed" });
  assert.deepEqual(world.phases(), { web: "stopped", smoke: "completed" });
});

test("tree end: a tree that is over by its own rules stops what is left in the same order as any other", () => {
  const world = new World(planOf({
    children: {
      db: { daemon: true },
      api: { daemon: true, needs: { db: "ready" } },
      loose: {},
      smoke: { significant: true },
    },
  })).begin();
  for (const path of ["db", "api", "loose"]) world.script(path, { obeys: false });
  world.take();
  world.exits("smoke", 0);
  assert.deepEqual(world.take("signal"), ["signal loose"]);
  world.exits("loose", "SIGTERM");
  assert.deepEqual(world.take("signal"), ["signal api"]);
  world.exits("api", "SIGTERM");
  assert.deepEqual(world.take("signal"), ["signal db"]);
});

test("tree end: a nested tree that is restarted takes its companions along in the order of their dependencies", () => {
  const world = new World(planOf({
    strategy: "one_for_all",
    children: {
      pool: { restart: "always", children: { job: { significant: true } } },
      db: { daemon: true },
      api: { daemon: true, needs: { db: "ready" } },
    },
  })).begin();
  for (const path of ["db", "api"]) world.script(path, { obeys: false });
  world.take();
  world.exits("pool/job", 0);
  assert.deepEqual(world.take("signal"), ["signal api"]);
  world.exits("api", "SIGTERM");
  assert.deepEqual(world.take("signal"), ["signal db"]);
});

test("tree end: a nested tree that has ended well is not restarted where its parent goes down meanwhile", () => {
  const world = new World(planOf({
    children: {
      pool: { restart: "always", children: { web: { daemon: true }, job: { significant: true } } },
    },
  })).begin();
  world.script("pool/web", { obeys: false });
  world.exits("pool/job", 0);
  world.down();
  world.take();
  world.exits("pool/web", "SIGTERM");
  assert.deepEqual(world.take("#restarted", "#stopped"), ["#stopped pool/web", "#stopped pool", "#stopped "]);
  assert.deepEqual(world.outcome, { kind: "cancelled", cause: "down" });
});

test("tree end: a significant child that fails fails its tree", () => {
  const world = new World(planOf({
    children: { web: { daemon: true }, smoke: { significant: true, needs: { web: "ready" } } },
  })).begin();
  world.exits("smoke", 3);
  assert.deepEqual(world.outcome, { kind: "failed", reason: { kind: "child", child: world.id("smoke") } });
});

test("tree end: all_significant waits for all of them, never ignores them", () => {
  const children = { web: { daemon: true }, a: { significant: true }, b: { significant: true } };
  const all = new World(planOf({ autoShutdown: "all_significant", children })).begin();
  all.exits("a", 1);
  assert.equal(all.outcome, null);
  all.exits("b", 0);
  assert.equal(all.outcome!.kind, "failed");
  const never = new World(planOf({ autoShutdown: "never", children })).begin();
  never.exits("a", 1);
  never.exits("b", 0);
  assert.equal(never.outcome, null);
});

test("tree end: it is over when every child that was started has ended for good", () => {
  const world = new World(planOf({ children: { a: {}, b: {}, manual: { autostart: false } } })).begin();
  world.exits("a", 0);
  assert.equal(world.outcome, null);
  world.exits("b", 0);
  assert.deepEqual(world.outcome, { kind: "completed" });
  const failing = new World(planOf({ children: { a: {}, b: {} } })).begin();
  failing.exits("b", 4);
  failing.exits("a", 5);
  assert.deepEqual(failing.outcome, { kind: "failed", reason: { kind: "child", child: failing.id("b") } });
});

test("tree end: a tree of which nothing is started by itself waits for somebody to start something", () => {
  const world = new World(planOf({ children: { a: { autostart: false } } })).begin();
  assert.equal(world.outcome, null);
  world.start(["a"]);
  world.exits("a", 0);
  assert.deepEqual(world.outcome, { kind: "completed" });
});

test("tree end: a child that was stopped by hand keeps its tree open", () => {
  const world = new World(planOf({ children: { a: {}, b: {} } })).begin();
  world.stop("a");
  world.exits("b", 0);
  assert.equal(world.outcome, null);
  world.start(["a"]);
  world.exits("a", 0);
  assert.deepEqual(world.outcome, { kind: "completed" });
});

test("tree end: a nested tree that ended well is a completed child, one that failed a failed one", () => {
  const plan = planOf({
    children: {
      checks: { children: { web: { daemon: true }, smoke: { significant: true } } },
      after: { needs: { checks: "completed" } },
      other: { daemon: true },
    },
  });
  const good = new World(plan).begin();
  good.exits("checks/smoke", 0);
  assert.deepEqual(good.phases(), {
    checks: "completed",
    "checks/web": "stopped",
    "checks/smoke": "completed",
    after: "running",
    other: "running",
  });
  const bad = new World(plan).begin();
  bad.exits("checks/smoke", 1);
  assert.deepEqual([bad.phase("checks"), bad.phase("after"), bad.outcome], ["failed", "failed", null]);
});

test("tree end: a one-shot that finishes while its turn to stop has not come has completed", () => {
  const world = new World(planOf({
    children: { feed: {}, web: { daemon: true, needs: { feed: "started" } } },
  })).begin();
  world.script("web", { obeys: false });
  world.down();
  world.exits("feed", 0);
  assert.equal(world.phase("feed"), "completed");
});
