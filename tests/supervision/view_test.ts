import assert from "node:assert/strict";
import type { ActorError } from "../../lib/supervision/actor_error.ts";
import { type View, viewsOf } from "../../lib/supervision/view.ts";
import { planOf, type TreeSketch } from "../harness/plan.ts";
import { describeWhy } from "../../lib/words/describe_why.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";

const PROBED = { probe: { type: "file", path: "/x" } as const, intervalMs: 100 };

function worldOf(children: TreeSketch["children"]): World {
  return new World(planOf({ children }));
}

/** A view and its reason in words. */
function viewOf(world: World, path: string): Omit<View, "why"> & { readonly reason: string | null } {
  const { why, ...view } = viewsOf(world.state, world.now).get(world.id(path))!;
  return { ...view, reason: why === null ? null : describeWhy(why) };
}

/** State, readiness and reason of a node. */
function shown(world: World, path: string): readonly [string, boolean | null, string | null] {
  const { state, ready, reason } = viewOf(world, path);
  return [state, ready, reason];
}

test("view: before the tree begins nothing is active", () => {
  const world = worldOf({ a: {} });
  assert.deepEqual(viewOf(world, "a"), {
    state: "inactive",
    ready: null,
    pid: null,
    since: null,
    reason: null,
    healthy: null,
    says: null,
    next: null,
  });
});

test("view: what is by hand stays inactive, what waits says for whom, what starts says what its probe said", () => {
  const world = worldOf({
    db: { daemon: true, ready: PROBED },
    api: { daemon: true, needs: { db: "ready" } },
    late: { needs: { db: "ready", api: "started" } },
    shell: { autostart: false },
  });
  world.script("db", { probe: "connection refused" });
  world.begin();
  assert.deepEqual(shown(world, "db"), ["starting", false, "connection refused"]);
  assert.deepEqual(shown(world, "api"), ["waiting", null, 'waits for "db" to be ready']);
  assert.deepEqual(shown(world, "late"), [
    "waiting",
    null,
    'waits for "db" to be ready and "api" to be started',
  ]);
  assert.deepEqual(shown(world, "shell"), ["inactive", null, null]);
  assert.deepEqual(shown(world, ""), ["starting", false, null]);
  world.script("db", { probe: null });
  world.advance(10_000);
  assert.deepEqual(shown(world, "db"), ["running", true, null]);
  assert.deepEqual(shown(world, "api"), ["running", true, null]);
});

test("view: of many that something waits for it names some, and how many more", () => {
  const paths = Array.from({ length: 9 }, (_, index) => `db.${index + 1}`);
  const world = worldOf({
    ...Object.fromEntries(paths.map((path) => [path, { daemon: true, ready: PROBED }])),
    api: { needs: Object.fromEntries(paths.map((path) => [path, "ready"])) },
  });
  for (const path of paths) world.script(path, { probe: "not yet" });
  world.begin();
  const named = paths.slice(0, 4).map((path) => `"${path}" to be ready`).join(" and ");
  assert.deepEqual(shown(world, "api"), ["waiting", null, `waits for ${named} and 5 more`]);
});

test("view: a run has its process and its beginning, from the spawn to the end of its last descendant", () => {
  const world = worldOf({ a: { daemon: true, stop: { graceMs: 1_000 } } });
  world.script("a", { leaves: "stubborn" });
  world.advance(500);
  world.begin();
  assert.deepEqual(viewOf(world, "a"), {
    state: "running",
    ready: true,
    pid: 1_001,
    since: 500,
    reason: null,
    healthy: null,
    says: null,
    next: null,
  });
  world.advance(2_000);
  world.stop("a");
  const reason = "its descendants are being ended, killed in 1.0s";
  assert.deepEqual(viewOf(world, "a"), {
    state: "stopping",
    ready: false,
    pid: 1_001,
    since: 500,
    reason,
    healthy: null,
    says: null,
    next: null,
  });
  world.advance(1_000);
  assert.deepEqual(viewOf(world, "a"), {
    state: "stopped",
    ready: null,
    pid: null,
    since: null,
    reason: "stopped by hand",
    healthy: null,
    says: null,
    next: null,
  });
});

test("view: a stop says on which rung of its ladder it is, and when the kill comes", () => {
  const world = worldOf({ a: { daemon: true, stop: { graceMs: 10_000 } } });
  world.script("a", { obeys: false, leaves: "immortal" });
  world.begin();
  world.stop("a");
  assert.deepEqual(shown(world, "a"), ["stopping", false, "was asked to stop, killed in 10s"]);
  world.advance(4_000);
  assert.equal(viewOf(world, "a").reason, "was asked to stop, killed in 6.0s");
  world.advance(6_000);
  assert.equal(viewOf(world, "a").reason, "killed, and not gone yet");
});

test("view: a start that is called off says so", () => {
  const world = worldOf({ a: { daemon: true } });
  world.script("a", { spawn: "silent" });
  world.begin();
  assert.deepEqual(viewOf(world, "a"), {
    state: "starting",
    ready: false,
    pid: null,
    since: null,
    reason: "waits to be spawned",
    healthy: null,
    says: null,
    next: null,
  });
  world.send({ type: "lacked", node: world.id("a"), run: 1, message: "no descriptors", isLasting: false });
  assert.equal(viewOf(world, "a").reason, "waits to be spawned: no descriptors");
  world.stop("a");
  world.advance(1);
  assert.equal(viewOf(world, "a").state, "stopped");
});

test("view: what failed says why, and so does what failed with it", () => {
  const world = worldOf({
    a: {},
    b: { needs: { a: "completed" } },
    keeper: { daemon: true },
  });
  world.begin();
  world.exits("a", 3);
  assert.deepEqual(shown(world, "a"), ["failed", null, "exit code 3"]);
  assert.deepEqual(shown(world, "b"), ["failed", null, 'dependency "a" has failed']);
});

test("view: what completed needs no reason", () => {
  const world = worldOf({ a: {}, keeper: { daemon: true } });
  world.begin();
  world.exits("a", 0);
  assert.deepEqual(shown(world, "a"), ["completed", null, null]);
});

test("view: a backoff says when it ends and what led to it", () => {
  const world = worldOf({ a: { daemon: true } });
  world.begin();
  world.exits("a", "SIGSEGV");
  world.exits("a", 1);
  const { state, reason, pid } = viewOf(world, "a");
  assert.deepEqual([state, reason, pid], ["backing_off", "restarts in 100ms (exit code 1)", null]);
});

test("view: a backoff after a start that has failed says why it has, not how the run before has ended", () => {
  const world = worldOf({ a: { daemon: true } });
  world.begin();
  world.script("a", { spawn: { error: "no memory" } });
  world.exits("a", 1);
  assert.deepEqual(shown(world, "a"), ["backing_off", null, "restarts in 100ms (no memory)"]);
});

test("view: what goes down with the tree says so, and a tree how long it may take", () => {
  const world = worldOf({ db: { daemon: true }, api: { daemon: true, needs: { db: "ready" } } });
  world.script("api", { obeys: false });
  world.begin();
  world.down();
  assert.deepEqual(shown(world, "db"), ["running", true, "stops when what depends on it has stopped"]);
  assert.match(shown(world, "")[2]!, /^at most \d+s more$/);
  world.exhaust();
  assert.deepEqual(shown(world, "db"), ["stopped", null, "stopped with its tree"]);
});

test("view: a sibling that a failure took along says so while it waits for the others", () => {
  const plan = planOf({
    strategy: "one_for_all",
    children: { a: { daemon: true }, b: { daemon: true, stop: { graceMs: 5_000 } } },
  });
  const world = new World(plan);
  world.script("b", { obeys: false });
  world.begin();
  world.exits("a", 1);
  assert.deepEqual(shown(world, "a"), ["backing_off", null, "restarts with its siblings (exit code 1)"]);
  assert.equal(viewOf(world, "b").state, "stopping");
});

test("view: a tree is running when all that starts in it is ready", () => {
  const world = worldOf({ pool: { children: { a: { daemon: true, ready: PROBED }, b: { daemon: true } } } });
  world.script("pool/a", { probe: "not yet" });
  world.begin();
  assert.deepEqual(shown(world, "pool"), ["starting", false, null]);
  world.script("pool/a", { probe: null });
  world.advance(5_000);
  assert.deepEqual(shown(world, "pool"), ["running", true, null]);
});

test("view: a tree in which everything has settled is running, and what failed for good keeps it from being ready", () => {
  const keeper = { daemon: true };
  const table: readonly (readonly [string, TreeSketch["children"], (world: World) => void])[] = [
    ["a one-shot that failed", { a: {}, keeper }, (world) => world.exits("pool/a", 3)],
    ["what failed with it", { a: {}, b: { needs: { "pool/a": "completed" } }, keeper }, (world) => {
      world.exits("pool/a", 3);
    }],
    ["a tree in it that failed", {
      inner: { onFailure: "stop", children: { a: { significant: true } } },
      keeper,
    }, (world) => world.exits("pool/inner/a", 3)],
  ];
  for (const [what, children, fail] of table) {
    const world = worldOf({ pool: { children } });
    world.begin();
    fail(world);
    world.exhaust();
    for (const path of ["pool", ""]) assert.deepEqual(shown(world, path), ["running", false, null], what);
  }
});

test("view: a tree in which one failed and another still starts is starting", () => {
  const world = worldOf({ a: {}, slow: { daemon: true, ready: PROBED } });
  world.script("slow", { probe: "not yet" });
  world.begin();
  world.exits("a", 3);
  assert.deepEqual(shown(world, ""), ["starting", false, null]);
  world.script("slow", { probe: null });
  world.advance(5_000);
  assert.deepEqual(shown(world, ""), ["running", false, null]);
});

test("view: a tree of which something is stopped by hand is running meanwhile", () => {
  const world = worldOf({ a: { daemon: true, stop: { graceMs: 1_000 } }, b: { daemon: true } });
  world.script("a", { obeys: false });
  world.begin();
  world.stop("a");
  assert.deepEqual(shown(world, ""), ["running", false, null]);
});

const ERROR: ActorError = {
  type: "RangeError",
  message: "too far\nby 3",
  stack: null,
  path: ["a"],
  cause: null,
  errors: null,
};

test("view: what an actor has failed with is said instead of its exit code, and kept over the restart", () => {
  const world = worldOf({
    a: { daemon: true, restart: "on-failure" },
    b: { daemon: true, restart: "never" },
  });
  world.begin();
  world.exits("a", 1, ERROR);
  world.exits("b", 1, ERROR);
  assert.deepEqual(shown(world, "b"), ["failed", null, "RangeError: too far"]);
  const node = world.state.nodes.get(world.id("a"))!;
  assert.deepEqual(shown(world, "a"), ["running", true, null]);
  assert.ok(node.kind === "actor" && node.lastExit?.error === ERROR);
  world.exits("a", 1, ERROR);
  assert.equal(shown(world, "a")[2], "restarts in 100ms (RangeError: too far)");
});

test("view: what was cancelled says so, and what is not loaded in time says what it waits for", () => {
  const module = { probe: { type: "module" } as const, intervalMs: 100 };
  const world = worldOf({ a: { daemon: true }, b: { daemon: true, restart: "never", ready: module } });
  world.script("a", { joins: "ignores" });
  world.script("b", { probe: "silent" });
  world.begin();
  world.stop("a");
  assert.equal(shown(world, "a")[2], "was cancelled, killed in 10s");
  world.advance(30_000);
  assert.equal(shown(world, "b")[2], "not ready within 30s (the module being loaded: not yet)");
});
