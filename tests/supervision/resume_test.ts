import assert from "node:assert/strict";
import { SETTLE_MS } from "../../lib/supervision/goals.ts";
import { instant, NEVER } from "../../lib/base/instant.ts";
import { resumedState } from "../../lib/supervision/resumed_state.ts";
import { decodeChange, encodeChange, foldChanges, wholeOf } from "../../lib/supervision/state_change.ts";
import { type ActorSketch, planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";

const DAEMON = { daemon: true, restart: "always" } as const;

function worldOf(
  children: Readonly<Record<string, ActorSketch>>,
  intensity = { restarts: 5, withinMs: 30_000 },
): World {
  return new World(planOf({ intensity, children })).begin();
}

/** What happens by the journal, beside what is told in any case. */
const happened = (world: World) => world.take().filter((line) => line.startsWith("#"));

test("resume: what runs is adopted as it is, and nothing is started", () => {
  const world = worldOf({ db: DAEMON, api: { ...DAEMON, needs: { db: "ready" } }, job: {} });
  world.exits("job", 0);
  const before = world.state.nodes;
  world.take();
  assert.ok(world.resume());
  assert.deepEqual(world.take(), [
    "#resumed ",
    "open_tree ",
    "#adopted db",
    "adopt db",
    "#adopted api",
    "adopt api",
  ]);
  const withoutCause = (nodes: typeof before) => [...nodes.values()].map((node) => ({ ...node, cause: 0 }));
  assert.deepEqual(withoutCause(world.state.nodes), withoutCause(before));
  world.exits("db", 1);
  assert.deepEqual(happened(world), ["#exited db", "#restarted db", "#started db", "#ready db"]);
});

test("resume: restarts go on to be counted, and a budget that is spent stays so", () => {
  const world = worldOf({ a: DAEMON }, { restarts: 2, withinMs: 60_000 });
  world.exits("a", 1);
  world.advance(1_000);
  world.exits("a", 1);
  world.advance(1_000);
  assert.ok(world.resume());
  assert.equal(world.state.nodes.get(world.id("a"))!.restarts, 2);
  world.take();
  world.exits("a", 1);
  world.exhaust();
  assert.equal(world.outcome?.kind, "gave_up");
});

test("resume: a delay goes on, and ends when it would have", () => {
  const world = worldOf({ a: DAEMON });
  world.exits("a", 1);
  world.exits("a", 1);
  assert.equal(world.phase("a"), "backing_off");
  world.advance(60);
  assert.ok(world.resume());
  assert.equal(world.phase("a"), "backing_off");
  world.advance(39);
  assert.equal(world.phase("a"), "backing_off");
  world.advance(1);
  assert.equal(world.phase("a"), "running");
});

test("resume: what has ended, or waits to be restarted, starts at once if it is another by now, or with its tree", () => {
  const once = { ...DAEMON, restart: "never" } as const;
  const pool = {
    onFailure: "stop",
    intensity: { restarts: 0, withinMs: 1_000 },
    children: { bad: DAEMON },
  } as const;
  const world = worldOf({
    stopped: DAEMON,
    done: {},
    failed: once,
    waits: DAEMON,
    same: once,
    pool,
  });
  world.stop("stopped");
  world.exits("done", 0);
  world.exits("failed", 3);
  world.exits("same", 3);
  world.exits("pool/bad", 3);
  world.exits("waits", 3);
  world.exits("waits", 3);
  assert.equal(world.phase("waits"), "backing_off");
  world.take();
  assert.ok(world.resume({ changed: ["stopped", "done", "failed", "waits", "pool/bad"] }));
  assert.deepEqual(world.take("spawn"), ["spawn done", "spawn failed", "spawn waits", "spawn pool/bad"]);
  assert.deepEqual([world.phase("stopped"), world.phase("same")], ["stopped", "failed"]);
  world.exits("failed", 3);
  assert.equal(world.phase("failed"), "failed");
});

test("resume: a tree that is done starts for nothing that stays down in it, or comes at its date", () => {
  const schedule = { timing: { everyMs: 60_000 }, overlap: "skip", catchUp: false } as const;
  const inner = { children: { job: {} } };
  const plan = planOf({
    children: {
      runs: DAEMON,
      off: { autoShutdown: "any_significant", children: { first: { significant: true }, inner } },
      dated: {
        autoShutdown: "any_significant",
        children: { first: { significant: true }, nightly: { schedule } },
      },
      more: { autoShutdown: "any_significant", children: { first: { significant: true }, inner } },
    },
  });
  const world = new World(plan).begin();
  world.stop("off/inner");
  for (const tree of ["off", "dated", "more"]) world.exits(`${tree}/first`, 0);
  const trees = () => ["off", "dated", "more"].map((tree) => world.phase(tree));
  assert.deepEqual(trees(), ["completed", "completed", "completed"]);
  assert.ok(world.resume({ changed: ["off/inner/job", "dated/nightly", "more/inner/job"] }));
  assert.deepEqual(trees(), ["completed", "completed", "up"]);
});

test("resume: what has failed and has a schedule by now comes at its date, and not at once", () => {
  const world = worldOf({ job: {}, runs: DAEMON });
  world.exits("job", 1);
  world.take();
  const schedule = { timing: { everyMs: 60_000 }, overlap: "skip", catchUp: false } as const;
  assert.ok(
    world.resume({ plan: planOf({ children: { job: { schedule }, runs: DAEMON } }), changed: ["job"] }),
  );
  assert.deepEqual([world.phase("job"), world.take("spawn")], ["scheduled", []]);
  world.advance(60_000);
  assert.deepEqual(world.take("spawn"), ["spawn job"]);
});

test("resume: what was stopped by hand, has completed or has failed stays so", () => {
  const world = worldOf({ stopped: DAEMON, done: {}, failed: {}, runs: DAEMON });
  world.stop("stopped");
  world.exits("done", 0);
  world.exits("failed", 3);
  world.take();
  assert.ok(world.resume());
  assert.deepEqual(world.phases(), {
    stopped: "stopped",
    done: "completed",
    failed: "failed",
    runs: "running",
  });
  assert.deepEqual(world.take("spawn"), []);
});

test("resume: nobody waits for what was stopped by hand, be it an actor, a tree, or still on its way", () => {
  const pool = { children: { x: DAEMON, y: DAEMON } };
  const world = new World(planOf({ children: { one: DAEMON, pool, slow: DAEMON, runs: DAEMON } })).begin();
  world.script("slow", { obeys: false });
  world.stop("one", "pool", "slow");
  assert.equal(world.phase("slow"), "stopping");
  assert.ok(world.resume());
  const request = world.awaitReady("");
  world.advance(SETTLE_MS);
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
  const asked = world.awaitReady("one");
  assert.deepEqual(world.replies.get(asked), { ok: false, refusal: null });
});

test("resume: what has ended meanwhile is treated as if it had been seen", () => {
  const world = worldOf({ job: {}, broken: { restart: "on-failure" }, daemon: DAEMON });
  world.take();
  const ends: Record<string, number | "SIGKILL"> = { job: 0, broken: 4, daemon: "SIGKILL" };
  assert.ok(world.resume({ end: ({ node }) => ends[node]! }));
  assert.equal(world.phase("job"), "completed");
  assert.deepEqual(world.take("spawn"), ["spawn broken", "spawn daemon"]);
});

test("resume: a run whose actor is another by now is stopped and started anew, in the order of dependencies", () => {
  const world = worldOf({ db: DAEMON, api: { ...DAEMON, needs: { db: "ready" } } });
  world.take();
  assert.ok(world.resume({ isOutdated: ({ node }) => node === "db" }));
  assert.deepEqual(world.take("adopt", "signal", "spawn"), [
    "adopt db",
    "adopt api",
    "signal db",
    "spawn db",
  ]);
  assert.equal(world.state.nodes.get(world.id("db"))!.restarts, 0);
});

test("resume: a plan that has lost an actor and got others goes on with the rest", () => {
  const world = worldOf({ old: DAEMON, kept: DAEMON, job: {} });
  world.exits("job", 1);
  world.take();
  const plan = planOf({ children: { fresh: DAEMON, manual: { autostart: false }, job: {}, kept: DAEMON } });
  assert.ok(world.resume({ plan }));
  assert.deepEqual(world.phases(), { fresh: "running", manual: "inactive", job: "failed", kept: "running" });
  assert.deepEqual(world.take("adopt", "spawn"), ["adopt kept", "spawn fresh"]);
});

test("resume: reasons name nodes by their new numbers", () => {
  const world = worldOf({
    job: { restart: "never" },
    api: { ...DAEMON, needs: { job: "completed" } },
    other: DAEMON,
  });
  world.exits("job", 1);
  const plan = planOf({
    children: {
      first: DAEMON,
      other: DAEMON,
      job: { restart: "never" },
      api: { ...DAEMON, needs: { job: "completed" } },
    },
  });
  assert.ok(world.resume({ plan }));
  const api = world.state.nodes.get(world.id("api"))!.phase;
  assert.deepEqual(api, { at: "failed", reason: { kind: "dependency", on: world.id("job") } });
});

test("resume: a run that was being stopped is asked again by a signal, and killed when its grace is over", () => {
  const world = worldOf({ a: { ...DAEMON, stop: { graceMs: 10_000, command: ["stop-it"] } } });
  world.script("a", { obeys: false });
  world.stop("a");
  world.advance(4_000);
  world.take();
  assert.ok(world.resume());
  assert.deepEqual(world.take("signal", "stop_command", "kill_all"), ["signal a"]);
  world.advance(5_999);
  assert.deepEqual(world.take("kill_all"), []);
  world.advance(1);
  assert.deepEqual(world.take("kill_all"), ["kill_all a"]);
  assert.equal(world.phase("a"), "stopped");
});

test("resume: an end that was told is not told again", () => {
  const world = worldOf({ a: { ...DAEMON, stop: { graceMs: 10_000 } } });
  world.script("a", { leaves: "stubborn" });
  world.stop("a");
  world.take();
  assert.ok(world.resume());
  assert.deepEqual(happened(world), ["#resumed "]);
  world.exhaust();
  assert.deepEqual(happened(world), ["#killed a", "#stopped a"]);
});

test("resume: a run of which nobody knows whether it was started is none, and its start does not count", () => {
  const world = worldOf({ a: DAEMON });
  world.script("a", { spawn: "silent" });
  world.exits("a", 1);
  assert.equal(world.phase("a"), "starting");
  world.script("a", { spawn: "ok" });
  assert.ok(world.resume());
  assert.equal(world.phase("a"), "running");
  const a = world.state.nodes.get(world.id("a"));
  assert.deepEqual([a!.starts, a!.restarts], [2, 1]);
});

test("resume: what was being probed has its time again, and is probed", () => {
  const world = worldOf({
    a: { ...DAEMON, startTimeoutMs: 5_000, ready: { probe: { type: "file", path: "/x" }, intervalMs: 100 } },
  });
  world.script("a", { probe: "silent" });
  world.restart("a");
  assert.equal(world.phase("a"), "starting");
  world.advance(4_000);
  world.take();
  assert.ok(world.resume());
  assert.deepEqual(world.take("probe"), ["probe a"]);
  world.advance(4_999);
  assert.equal(world.phase("a"), "starting");
  assert.equal(world.log.includes("#timed_out a"), false);
  world.advance(1);
  assert.deepEqual(world.take("#timed_out"), ["#timed_out a"]);
});

test("resume: a tree that was coming down, or had not begun, is nothing to go on with", () => {
  const world = worldOf({ a: DAEMON });
  world.script("a", { obeys: false });
  world.down();
  assert.equal(world.resume(), false);
  assert.equal(new World(planOf({ children: { a: DAEMON } })).resume(), false);
});

test("state changes: a state is read as it was written, with what never comes; a line that is cut tells nothing", () => {
  const world = worldOf({ a: { ...DAEMON, runTimeoutMs: null }, b: {} });
  world.exits("b", "SIGSEGV");
  const text = encodeChange(wholeOf(world.state));
  const { nodes, figures } = foldChanges([decodeChange(text)!])!;
  const again = encodeChange({ ...wholeOf(world.state), nodes: [...nodes.values()] });
  assert.deepEqual(JSON.parse(again), JSON.parse(text));
  assert.doesNotMatch(text, /argv/, "specs are not written: they may hold secrets");
  assert.equal(figures.seq, world.state.seq);
  for (const length of [0, 1, text.length - 1]) assert.equal(decodeChange(text.slice(0, length)), null);
  assert.equal(decodeChange("null"), null);
  assert.equal(decodeChange('{"seq":1}'), null);
  const starting = { ...world.state.nodes.get(world.id("a"))!, phase: { at: "starting", probeAt: NEVER } };
  assert.match(encodeChange({ ...wholeOf(world.state), nodes: [starting as never] }), /"probeAt":"never"/);
});

test("resume: nothing was ever written of some nodes", () => {
  const plan = planOf({ children: { a: DAEMON } });
  const figures = { seq: 3, runs: 1, chance: 1, cancelled: null, holding: null, rollouts: [] };
  assert.equal(resumedState(plan, { figures, nodes: new Map() }, instant(0)), null);
});
