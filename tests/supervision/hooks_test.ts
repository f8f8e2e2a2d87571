/** Commands around runs: when each comes, what its failure means, and what interrupts it. */
import assert from "node:assert/strict";
import type { HookName, Hooks } from "../../lib/config/plan.ts";
import type { HookEnd } from "../../lib/supervision/hook.ts";
import { viewOf } from "../../lib/supervision/view.ts";
import { describeWhy } from "../../lib/words/describe_why.ts";
import { type ActorSketch, planOf, type TreeSketch } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";

const ALL: readonly HookName[] = ["pre_start", "post_start", "pre_stop", "post_stop"];
const WHAT = [
  ...ALL,
  "spawn",
  "stop_command",
  "cancel",
  "signal",
  "kill_all",
  "end_rest",
  "end_hook",
  "close_run",
];

const hooks = (...names: readonly HookName[]): Hooks => ({
  commands: Object.fromEntries(names.map((name) => [name, [name]])),
  timeoutMs: 5_000,
});

function worldOf(a: ActorSketch, tree: Partial<TreeSketch> = {}): World {
  return new World(planOf({ ...tree, children: { a, z: { daemon: true } } }));
}

/** What was done to `a` since the last call. */
function done(world: World): readonly string[] {
  return world.take(...WHAT).filter((line) => line.endsWith(" a")).map((line) => line.split(" ")[0]!);
}

const DAEMON: ActorSketch = { daemon: true, hooks: hooks(...ALL) };
const FAILURE: HookEnd = { how: "exited", code: 1 };

/** Ends the hook that goes on. */
function endHook(world: World, end: HookEnd = { how: "exited", code: 0 }): void {
  const [hookRun] = [...world.hooks.keys()];
  world.hookEnds(hookRun!, end);
}

function whyOf(world: World): string {
  const { why } = viewOf(world.state, world.state.nodes.get(world.id("a"))!, world.now);
  return why === null ? "" : describeWhy(why);
}

test("hooks: each comes in its place of a start, a stop and a restart", () => {
  const world = worldOf({ ...DAEMON, stop: { command: ["stop-it"] } }).begin();
  assert.deepEqual(done(world), ["pre_start", "spawn", "post_start"]);
  world.restart("a");
  assert.deepEqual(done(world), [
    "pre_stop",
    "stop_command",
    "signal",
    "end_rest",
    "post_stop",
    "close_run",
    "pre_start",
    "spawn",
    "post_start",
  ]);
});

test("hooks: after a crash comes what comes after each run, and not what comes before a stop", () => {
  const world = worldOf(DAEMON).begin();
  done(world);
  world.exits("a", "SIGSEGV");
  assert.deepEqual(done(world), ["end_rest", "post_stop", "close_run", "pre_start", "spawn", "post_start"]);
});

test("hooks: nothing is spawned before pre_start has ended, and the actor says what it waits for", () => {
  const world = worldOf(DAEMON);
  world.script("a", { hook: "silent" });
  world.begin();
  world.advance(4_000);
  assert.deepEqual(done(world), ["pre_start"]);
  assert.equal(world.phase("a"), "starting");
  assert.equal(whyOf(world), "its pre_start hook runs");
  endHook(world);
  assert.equal(world.phase("a"), "running");
});

test("hooks: a start is timed from its spawn, not from its pre_start", () => {
  const world = worldOf({
    ...DAEMON,
    startTimeoutMs: 1_000,
    ready: { probe: { type: "file", path: "/x" }, intervalMs: 100 },
  });
  world.script("a", { hook: "silent", probe: "silent" });
  world.begin();
  world.advance(4_000);
  endHook(world);
  world.advance(999);
  assert.equal(world.phase("a"), "starting");
  world.advance(1);
  assert.deepEqual(world.take("#timed_out"), ["#timed_out a"]);
});

/** How pre_start fails. */
const FAILURES: readonly (readonly [HookEnd, string])[] = [
  [FAILURE, "exit code 1"],
  [{ how: "signalled", signal: "SIGSEGV" }, "SIGSEGV"],
  [{ how: "timed_out", afterMs: 5_000 }, "still running after 5.0s"],
  [{ how: "not_started", message: "no such file" }, "no such file"],
];

for (const [end, words] of FAILURES) {
  test(`hooks: a pre_start that fails is a failed start: ${words}`, () => {
    const world = worldOf({ ...DAEMON, restart: "never" });
    world.script("a", { hook: "silent" });
    world.begin();
    endHook(world, end);
    assert.equal(world.phase("a"), "stopping", "post_stop cleans up after it");
    endHook(world);
    assert.equal(world.phase("a"), "failed");
    assert.equal(whyOf(world), `its pre_start hook failed: ${words}`);
    assert.deepEqual(done(world), ["pre_start", "post_stop", "close_run"]);
  });
}

test("hooks: a pre_start that fails is tried again by the policy, and spends its budget", () => {
  const world = worldOf({ daemon: true, hooks: hooks("pre_start") });
  world.script("a", { hook: 1 });
  world.begin();
  world.advance(60_000);
  assert.equal(world.phase("a"), "failed");
  assert.equal(world.take("pre_start").length, 6);
});

test("hooks: post_start comes when the actor is ready, keeps nobody waiting, and its failure is told and no more", () => {
  const world = new World(planOf({
    children: { a: { daemon: true, hooks: hooks("post_start") }, b: { daemon: true, needs: { a: "ready" } } },
  }));
  world.script("a", { hook: "silent" });
  world.begin();
  assert.deepEqual(world.phases(), { a: "running", b: "running" });
  endHook(world, FAILURE);
  assert.equal(world.phase("a"), "running");
  assert.deepEqual(world.take("#hook_ended"), ["#hook_ended a"]);
});

test("hooks: a run that ends takes its post_start along", () => {
  const world = worldOf({ daemon: true, restart: "never", hooks: hooks("post_start") });
  world.script("a", { hook: "silent" });
  world.begin();
  world.exits("a", 1);
  assert.deepEqual(done(world), ["spawn", "post_start", "end_hook", "end_rest", "close_run"]);
  assert.equal(world.hooks.size, 0);
});

test("hooks: pre_stop is within the grace, and what is left of that is the signal's", () => {
  const world = worldOf({ daemon: true, hooks: hooks("pre_stop"), stop: { graceMs: 3_000 } });
  world.script("a", { hook: "silent", obeys: false });
  world.begin();
  done(world);
  world.stop("a");
  world.advance(1_000);
  assert.deepEqual(done(world), ["pre_stop"]);
  assert.match(whyOf(world), /^its pre_stop hook runs, killed in 2\.0s$/);
  endHook(world, FAILURE);
  assert.deepEqual(done(world), ["signal"], "a failure of it stops no stop");
  world.advance(2_000);
  assert.deepEqual(done(world), ["kill_all", "close_run"]);
});

test("hooks: a pre_stop that never ends is ended at the end of the grace", () => {
  const world = worldOf({ daemon: true, hooks: hooks("pre_stop"), stop: { graceMs: 3_000 } });
  world.script("a", { hook: "silent" });
  world.begin();
  done(world);
  world.stop("a");
  world.advance(3_000);
  assert.deepEqual(done(world), ["pre_stop", "end_hook", "kill_all", "close_run"]);
});

test("hooks: a process that ends during its pre_stop ends that", () => {
  const world = worldOf({ daemon: true, hooks: hooks("pre_stop") });
  world.script("a", { hook: "silent" });
  world.begin();
  world.stop("a");
  done(world);
  world.exits("a", 0);
  assert.deepEqual(done(world), ["end_hook", "end_rest", "close_run"]);
  assert.equal(world.phase("a"), "stopped");
});

test("hooks: a post_stop that has had its time has timed out, and one that is cut short has not", () => {
  const endOf = (tree: Partial<TreeSketch>) => {
    const world = worldOf({ daemon: true, hooks: hooks("post_stop"), stop: { graceMs: 1_000 } }, tree);
    const told: unknown[] = [];
    world.onStep = (_before, _event, _now, { effects }) => {
      for (const effect of effects) {
        if (effect.type === "record" && effect.entry.event === "hook_ended") told.push(effect.entry.data);
      }
    };
    world.script("a", { hook: "silent" });
    world.begin();
    world.send({ type: "down_requested", request: null, cause: "down", withinMs: null });
    world.advance(10_000);
    return told;
  };
  assert.deepEqual(endOf({}), [{ hook: "post_stop", end: { how: "timed_out", afterMs: 5_000 } }]);
  const cut = { how: "signalled", signal: "SIGTERM" };
  assert.deepEqual(endOf({ shutdownMs: 2_000 }), [{ hook: "post_stop", end: cut }]);
});

test("hooks: a run is not over before its post_stop is, and that has its time", () => {
  const world = worldOf({ daemon: true, hooks: hooks("post_stop"), stop: { graceMs: 1_000 } });
  world.script("a", { hook: "silent" });
  world.begin();
  const request = world.restart("a");
  assert.equal(world.phase("a"), "stopping");
  assert.match(whyOf(world), /^has ended, and its post_stop hook runs/);
  done(world);
  world.advance(4_999);
  assert.deepEqual(done(world), []);
  world.advance(1);
  assert.deepEqual(done(world), ["end_hook", "close_run", "spawn"]);
  world.advance(1_000);
  assert.equal(world.replies.get(request)?.ok, true);
});

/** When `stop` comes in the middle of a start, what is done about it, and what is left. */
test("hooks: a stop calls a pre_start off, and nothing is spawned", () => {
  const world = worldOf({ daemon: true, hooks: hooks("pre_start", "post_stop") });
  world.script("a", { hook: "silent" });
  world.begin();
  done(world);
  const request = world.stop("a");
  assert.deepEqual(done(world), ["end_hook", "post_stop"]);
  endHook(world);
  assert.equal(world.phase("a"), "stopped");
  assert.equal(world.replies.get(request)?.ok, true);
  assert.deepEqual(done(world), ["close_run"]);
});

test("hooks: a start that is called off before anything has begun has nothing to come after", () => {
  const world = worldOf({ daemon: true, hooks: hooks("post_stop") });
  world.script("a", { spawn: "silent" });
  world.begin();
  world.stop("a");
  assert.deepEqual(
    done(world),
    ["spawn", "abort_spawn", "close_run"].filter((line) => line !== "abort_spawn"),
  );
});

test("hooks: down in the middle of each of them ends it in time", () => {
  for (const hook of ALL) {
    const world = worldOf({ daemon: true, hooks: hooks(hook), stop: { graceMs: 2_000 } }, {
      shutdownMs: 4_000,
    });
    world.script("a", { hook: "silent" });
    world.begin();
    if (hook === "pre_stop" || hook === "post_stop") world.stop("a");
    world.down();
    const before = world.now;
    world.exhaust();
    assert.equal(world.outcome?.kind, "cancelled", hook);
    assert.ok(world.now - before <= 4_000, `${hook}: ${world.now - before} ms`);
    assert.equal(world.hooks.size, 0, hook);
  }
});

test("hooks: a forced down, and grace that is cut, end a post_stop at once", () => {
  for (const force of ["down", "cut"] as const) {
    const world = worldOf({ daemon: true, hooks: hooks("post_stop") });
    world.script("a", { hook: "silent" });
    world.begin();
    world.stop("a");
    if (force === "down") world.down("down", 0);
    else world.send({ type: "grace_cut", toMs: 0 });
    world.advance(1);
    assert.equal(world.hooks.size, 0, force);
  }
});

test("hooks: a supervisor that resumes runs again what went on, and no pre_start twice beside itself", () => {
  for (const [hook, expected] of [["pre_start", "pre_start"], ["post_start", "post_start"]] as const) {
    const world = worldOf({ daemon: true, hooks: hooks(hook) });
    world.script("a", { hook: "silent" });
    world.begin();
    done(world);
    world.resume();
    assert.deepEqual(done(world).filter((line) => line !== "close_run"), [expected]);
    endHook(world);
    assert.equal(world.phase("a"), "running");
  }
});

test("hooks: a supervisor that resumes finishes a stop, with what comes after it", () => {
  const world = worldOf({ daemon: true, hooks: hooks("post_stop") });
  world.script("a", { hook: "silent" });
  world.begin();
  world.stop("a");
  done(world);
  world.resume();
  endHook(world);
  assert.equal(world.phase("a"), "stopped");
});

test("hooks: another plan changes them in place, for the next time", () => {
  const plan = (names: readonly HookName[]) =>
    planOf({ children: { a: { daemon: true, hooks: hooks(...names) } } });
  const world = new World(plan([])).begin();
  world.take();
  world.replan(plan(["pre_stop"]));
  assert.deepEqual(done(world), []);
  world.stop("a");
  assert.deepEqual(done(world), ["pre_stop", "signal", "end_rest", "close_run"]);
});

test("hooks: a rolling restart has one replica ready while another is in its hooks", () => {
  const replica = { daemon: true, hooks: hooks("pre_start") };
  const world = new World(planOf({
    children: { "a.1": { ...replica, replica: 1 }, "a.2": { ...replica, replica: 2 } },
  })).begin();
  world.script("a.1", { hook: "silent" });
  world.advance(1_000);
  world.take();
  world.restartRolling("a.1", "a.2");
  world.advance(1_000);
  assert.deepEqual(world.phases(), { "a.1": "starting", "a.2": "running" });
  endHook(world);
  world.advance(1_000);
  assert.deepEqual(world.take("spawn"), ["spawn a.1", "spawn a.2"]);
});

test("hooks: a post_stop that begins while its tree goes down has what is left of that", () => {
  const world = worldOf({ daemon: true, hooks: hooks("post_stop") }, { shutdownMs: 2_000 });
  world.script("a", { hook: "silent" });
  world.begin();
  world.down();
  world.advance(1_999);
  assert.equal(world.hooks.size, 1);
  world.advance(1);
  assert.equal(world.outcome?.kind, "cancelled");
});
