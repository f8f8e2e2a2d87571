import assert from "node:assert/strict";
import type { Condition } from "../../lib/config/plan.ts";
import { type DependencyVerdict, dependencyVerdict } from "../../lib/supervision/dependencies.ts";
import { initialState } from "../../lib/supervision/initial_state.ts";
import { planOf } from "../harness/plan.ts";
import { NOT_PROBED } from "../../lib/supervision/probe_schedule.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";

const CONDITIONS: readonly Condition[] = ["started", "ready", "completed", "exited"];

test("dependency: every condition has a verdict for everything that its target can be doing", () => {
  const [, target] = initialState(planOf({ children: { a: {} } }), 1).nodes.values();
  const exit = { how: "exited", code: 1 } as const;
  const starting = { at: "starting", run: 1, since: 0, ...NOT_PROBED };
  const table: [string, unknown, DependencyVerdict[]][] = [
    // what, phase, [started, ready, completed, exited]
    ["inactive", { at: "inactive" }, ["pending", "pending", "pending", "pending"]],
    ["waiting", { at: "waiting" }, ["pending", "pending", "pending", "pending"]],
    ["backing off", { at: "backing_off" }, ["pending", "pending", "pending", "pending"]],
    ["regrouping", { at: "regrouping" }, ["pending", "pending", "pending", "pending"]],
    ["being spawned", { ...starting, pid: null }, ["pending", "pending", "pending", "pending"]],
    ["spawned", { ...starting, pid: 5 }, ["met", "pending", "pending", "pending"]],
    ["running", { at: "running" }, ["met", "met", "pending", "pending"]],
    ["stopping", { at: "stopping" }, ["pending", "pending", "pending", "pending"]],
    ["completed", { at: "completed" }, ["met", "met", "met", "met"]],
    ["failed", { at: "failed", reason: { kind: "exit", exit } }, [
      "impossible",
      "impossible",
      "impossible",
      "met",
    ]],
    ["stopped by hand", { at: "stopped", why: "request" }, ["pending", "pending", "pending", "pending"]],
    ["stopped with its tree", { at: "stopped", why: "tree" }, ["pending", "pending", "pending", "pending"]],
    ["stopped for good", { at: "stopped", why: "strategy" }, [
      "impossible",
      "impossible",
      "impossible",
      "met",
    ]],
  ];
  for (const [what, phase, verdicts] of table) {
    const node = { ...target!, phase } as Parameters<typeof dependencyVerdict>[0];
    CONDITIONS.forEach((condition, index) => {
      const verdict = dependencyVerdict(node, condition, { ready: true, spoilt: false, pending: false });
      assert.equal(verdict, verdicts[index], `${condition} of something ${what}`);
    });
  }
});

test("dependency: a tree is ready when all that it started is, and cannot be once one has failed", () => {
  const world = new World(planOf({
    children: {
      pool: {
        children: { a: { daemon: true }, b: { daemon: true, restart: "never" }, c: { autostart: false } },
      },
      user: { daemon: true, needs: { pool: "ready" } },
    },
  }));
  world.script("pool/b", { spawn: "silent" });
  world.begin();
  assert.deepEqual([world.phase("pool/a"), world.phase("user")], ["running", "waiting"]);
  world.spawned(world.id("pool/b"), 2);
  assert.equal(world.phase("user"), "running");

  const spoilt = new World(world.plan);
  spoilt.script("pool/b", { spawn: { error: "no such file" } });
  spoilt.begin();
  assert.deepEqual([spoilt.phase("pool/b"), spoilt.phase("user")], ["failed", "failed"]);
});

test("dependency: one that has failed for good fails its dependents, and they start when it comes back", () => {
  const world = new World(planOf({
    children: {
      db: { daemon: true, restart: "never" },
      api: { daemon: true, needs: { db: "ready" } },
      web: { daemon: true, needs: { api: "ready" } },
      cleanup: { needs: { db: "exited" } },
      other: { daemon: true },
    },
  }));
  world.script("db", { spawn: { error: "no such file" } });
  world.begin();
  assert.deepEqual(world.phases(), {
    db: "failed",
    api: "failed",
    web: "failed",
    cleanup: "running",
    other: "running",
  });
  const { phase } = world.state.nodes.get(world.id("web"))!;
  assert.deepEqual(phase, { at: "failed", reason: { kind: "dependency", on: world.id("api") } });
  world.script("db", { spawn: "ok" });
  world.start(["db"]);
  assert.deepEqual([world.phase("db"), world.phase("api"), world.phase("web")], [
    "running",
    "running",
    "running",
  ]);
});

test("dependency: it is waited for at every start, and its loss does not touch who runs", () => {
  const ready = { probe: { type: "tcp", host: "h", port: 1 }, intervalMs: 100 } as const;
  const world = new World(planOf({
    children: { db: { daemon: true, ready }, api: { daemon: true, needs: { db: "ready" } } },
  })).begin();
  world.script("db", { probe: "refused" });
  world.exits("db", 1);
  assert.deepEqual(world.phases(), { db: "starting", api: "running" });
  world.exits("api", 1);
  assert.deepEqual(world.phases(), { db: "starting", api: "waiting" });
  world.script("db", { probe: null });
  world.advance(200);
  assert.deepEqual(world.phases(), { db: "running", api: "running" });
});

test("dependency: what somebody waits for is started, also if it is not started by itself", () => {
  const world = new World(planOf({
    children: {
      extra: { autostart: false, daemon: true },
      idle: { autostart: false },
      api: { needs: { extra: "ready" } },
    },
  })).begin();
  assert.deepEqual(world.phases(), { extra: "running", idle: "inactive", api: "running" });
});

test("start: sequential means each is ready before the next, in file order", () => {
  const ready = { probe: { type: "delay", ms: 1_000 }, intervalMs: 100 } as const;
  const world = new World(planOf({
    start: "sequential",
    children: {
      a: { daemon: true, ready },
      b: { children: { x: { daemon: true, ready } } },
      c: { daemon: true },
    },
  })).begin();
  assert.deepEqual(world.take("spawn"), ["spawn a"]);
  world.advance(1_000);
  assert.deepEqual(world.take("spawn"), ["spawn b/x"]);
  world.advance(1_000);
  assert.deepEqual(world.take("spawn"), ["spawn c"]);
});

test("start: concurrency bounds how many children are starting at once", () => {
  const ready = { probe: { type: "delay", ms: 100 }, intervalMs: 100 } as const;
  const actor = { daemon: true, ready };
  const world = new World(
    planOf({ concurrency: 2, children: { a: actor, b: actor, c: actor, d: actor, e: actor } }),
  );
  world.begin();
  const starting = () => Object.values(world.phases()).filter((phase) => phase === "starting").length;
  for (let i = 0; i < 3; i++) {
    assert.equal(starting(), i < 2 ? 2 : 1);
    world.advance(100);
  }
  assert.equal(Object.values(world.phases()).every((phase) => phase === "running"), true);
});

test("readiness: attempts are spaced by the interval first, then wider, and the last error is kept", () => {
  const ready = { probe: { type: "tcp", host: "h", port: 1 }, intervalMs: 100 } as const;
  const world = new World(planOf({ children: { a: { daemon: true, ready } } }));
  world.script("a", { probe: "connection refused" });
  world.begin();
  const at: number[] = [];
  for (let i = 0; i < 3_000; i += 10) {
    if (world.take("probe").length > 0) at.push(world.now);
    world.advance(10);
  }
  assert.deepEqual(at, [0, 100, 250, 480, 820, 1_320, 2_080]);
  const { phase } = world.state.nodes.get(world.id("a"))!;
  assert.ok(phase.at === "starting" && phase.lastError === "connection refused");
});

test("readiness: a log probe is asked once and answers when its line comes", () => {
  const ready = { probe: { type: "log", pattern: "up" }, intervalMs: 100 } as const;
  const world = new World(planOf({ children: { a: { daemon: true, ready } } }));
  world.script("a", { probe: "silent" });
  world.begin();
  world.advance(5_000);
  assert.deepEqual(world.take("probe"), ["probe a"]);
  const { phase } = world.state.nodes.get(world.id("a"))!;
  assert.ok(phase.at === "starting");
  world.send({ type: "probed", node: world.id("a"), run: phase.run, attempt: 1, answer: { says: "ready" } });
  assert.equal(world.phase("a"), "running");
});
