/** A tree that goes on under another plan. */
import assert from "node:assert/strict";
import { SETTLE_MS } from "../../lib/supervision/goals.ts";
import type { TreeSketch } from "../harness/plan.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";
import { presentIn } from "../../lib/supervision/view.ts";

const DAEMON = { daemon: true };

function worldOf(children: TreeSketch["children"]): World {
  const world = new World(planOf({ children })).begin();
  world.take();
  return world;
}

function replanned(world: World, children: TreeSketch["children"]): string[] {
  world.replan(planOf({ children }));
  return world.take();
}

test("replan: what both plans have goes on, without an effect", () => {
  const world = worldOf({ db: DAEMON, pool: { children: { api: { ...DAEMON, needs: { db: "ready" } } } } });
  assert.deepEqual(
    replanned(world, { db: DAEMON, pool: { children: { api: { ...DAEMON, needs: { db: "ready" } } } } }),
    ["#planned "],
  );
  assert.equal(world.state.revision, 1);
});

test("replan: what is new starts in the order of dependencies, in its tree", () => {
  const world = worldOf({ db: DAEMON });
  const log = replanned(world, {
    db: DAEMON,
    web: { ...DAEMON, needs: { "pool/api": "ready" } },
    pool: { children: { api: { ...DAEMON, needs: { db: "ready" } } } },
  });
  assert.deepEqual(log.filter((line) => /^(spawn|open_tree)/.test(line)), [
    "open_tree pool",
    "spawn pool/api",
    "spawn web",
  ]);
});

test("replan: what the plan has no more goes down by the spec that it was started with, and is forgotten", () => {
  const world = worldOf({ db: DAEMON, api: { ...DAEMON, stop: { graceMs: 700 }, needs: { db: "ready" } } });
  world.script("api", { obeys: false });
  assert.deepEqual(replanned(world, { web: DAEMON }).filter((line) => !line.startsWith("#")), [
    "spawn web",
    "signal api",
  ]);
  assert.deepEqual(world.phases(), { web: "running", db: "running", api: "stopping" });
  world.advance(700);
  assert.deepEqual(world.take("kill_all", "signal", "close_run"), [
    "kill_all api",
    "close_run api",
    "signal db",
    "close_run db",
  ]);
  assert.deepEqual(world.phases(), { web: "running" });
});

test("replan: a tree that leaves takes all of its own along, and a tree that stays is not ended by what leaves", () => {
  const world = worldOf({
    pool: { children: { a: DAEMON, b: { ...DAEMON, significant: true } } },
    web: DAEMON,
  });
  replanned(world, { web: DAEMON });
  assert.deepEqual(world.phases(), { web: "running" });
  const other = worldOf({ pool: { children: { a: DAEMON, b: { ...DAEMON, significant: true } } } });
  replanned(other, { pool: { children: { a: DAEMON } } });
  assert.deepEqual(other.phases(), { pool: "up", "pool/a": "running" });
});

test("replan: what would be another process is stopped and started anew; what was stopped by hand stays so", () => {
  const world = worldOf({ db: DAEMON, api: { ...DAEMON, needs: { db: "ready" } }, off: DAEMON });
  world.stop("off");
  world.take();
  const log = replanned(world, {
    db: { ...DAEMON, argv: ["other"] },
    api: { ...DAEMON, needs: { db: "ready" } },
    off: { ...DAEMON, argv: ["other"] },
  });
  assert.deepEqual(log.filter((line) => /^(spawn|signal)/.test(line)), ["signal db", "spawn db"]);
  assert.equal(world.phase("off"), "stopped");
  assert.equal(world.state.nodes.get(world.id("db"))!.restarts, 0);
});

test("replan: what is removed and comes back while it still stops is started when it has stopped", () => {
  const world = worldOf({ db: DAEMON, web: DAEMON });
  world.script("web", { obeys: false });
  replanned(world, { db: DAEMON });
  replanned(world, { db: DAEMON, web: DAEMON });
  assert.equal(world.phase("web"), "stopping");
  world.exits("web", 0);
  assert.equal(world.phase("web"), "running");
});

test("replan: what is to stop by hand and would be another process stops, and is not started anew", () => {
  const api = { ...DAEMON, needs: { db: "ready" } } as const;
  const world = worldOf({ db: DAEMON, api });
  world.script("api", { obeys: false });
  world.stop("api", "db");
  replanned(world, { db: { ...DAEMON, argv: ["other"] }, api });
  world.exits("api", 0);
  assert.deepEqual(world.phases(), { db: "stopped", api: "stopped" });
});

test("replan: a run that stays goes down by the new plan, and its time is that of the new plan", () => {
  const world = worldOf({ a: DAEMON });
  replanned(world, { a: { ...DAEMON, runTimeoutMs: 5_000, stop: { graceMs: 200 } } });
  world.script("a", { obeys: false });
  world.stop("a");
  world.advance(199);
  assert.equal(world.phase("a"), "stopping");
  world.advance(1);
  assert.deepEqual(world.take("kill_all"), ["kill_all a"]);
});

test("replan: a start that is not ready is probed as the new plan has it", () => {
  const file = (path: string) => ({ probe: { type: "file", path } as const, intervalMs: 100 });
  const world = worldOf({ a: { ...DAEMON, ready: file("/x") } });
  world.script("a", { probe: "silent" });
  world.restart("a");
  world.take();
  assert.deepEqual(replanned(world, { a: { ...DAEMON, ready: file("/y") } }), ["#planned ", "probe a"]);
  assert.deepEqual(replanned(world, { a: DAEMON }), ["#planned ", "#ready a"]);
  world.advance(SETTLE_MS);
  assert.deepEqual(world.take("reply"), ["reply"]);
  assert.equal(world.phase("a"), "running");
});

test("replan: an address that is used for another kind of node is free when the old one is over", () => {
  const world = worldOf({ x: DAEMON, web: DAEMON });
  world.script("x", { obeys: false });
  replanned(world, {
    x: { children: { in: DAEMON } },
    web: DAEMON,
    late: { ...DAEMON, needs: { x: "ready" } },
  });
  assert.deepEqual(world.phases(), { web: "running", x: "stopping" });
  const request = world.start(["late", "x"]);
  assert.deepEqual(world.replies.get(request)?.refusal, { kind: "torn_down", tree: "x" });
  world.advance(10_000);
  assert.deepEqual(world.phases(), { x: "up", "x/in": "running", web: "running", late: "running" });
});

test("replan: two in a row, and a down in the middle, leave nothing behind", () => {
  const world = worldOf({ a: DAEMON, b: DAEMON });
  world.script("a", { obeys: false });
  replanned(world, { b: DAEMON, c: DAEMON });
  replanned(world, { c: DAEMON, a: { ...DAEMON, argv: ["other"] } });
  assert.deepEqual(world.phases(), { c: "running", a: "stopping", b: "stopped" });
  assert.deepEqual(presentIn(world.state), ["", "c", "a"], "what is over is seen no more");
  world.down();
  world.exhaust();
  assert.equal(world.outcome?.kind, "cancelled");
  assert.ok(world.processes.every(({ alive }) => !alive));
});
