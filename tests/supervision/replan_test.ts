/** A tree that goes on under another plan. */
import assert from "node:assert/strict";
import { SETTLE_MS } from "../../lib/supervision/goals.ts";
import type { TreeSketch } from "../harness/plan.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";
import { presentIn } from "../../lib/supervision/view.ts";

const DAEMON = { daemon: true };
const PATIENT = { initialMs: 60_000, maxMs: 60_000, factor: 1, jitter: 0, resetAfterMs: 60_000 };

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

function applied(world: World, children: TreeSketch["children"]): { done: () => boolean | undefined } {
  const request = world.apply(planOf({ children }));
  return { done: () => world.replies.get(request)?.ok };
}

const SLOW = { ready: { probe: { type: "file", path: "/x" }, intervalMs: 100 } } as const;

test("apply: is done when what is new is ready, what is started anew is, and what leaves is gone", () => {
  const world = worldOf({ a: DAEMON, b: DAEMON, c: DAEMON });
  world.script("b", { probe: "silent" });
  world.script("c", { obeys: false });
  const apply = applied(world, { a: DAEMON, b: { ...DAEMON, ...SLOW, argv: ["other"] }, d: DAEMON });
  world.advance(SETTLE_MS);
  assert.deepEqual(world.phases(), { a: "running", b: "starting", d: "running", c: "stopping" });
  world.advance(10_000);
  assert.equal(apply.done(), undefined);
  assert.deepEqual(world.phases(), { a: "running", b: "starting", d: "running" });
  const { attempt } = world.state.nodes.get(world.id("b"))!.phase as { attempt: number };
  const { node, run } = world.processOf("b")!;
  world.send({ type: "probed", node, run, attempt, answer: { says: "ready" } });
  assert.equal(apply.done(), true);
});

test("apply: rules that change are done at once, also while something starts", () => {
  const world = worldOf({ a: DAEMON, b: { ...DAEMON, ...SLOW } });
  world.script("b", { probe: "silent" });
  world.restart("b");
  world.take();
  const apply = applied(world, { a: { ...DAEMON, stop: { graceMs: 1 } }, b: { ...DAEMON, ...SLOW } });
  assert.equal(apply.done(), true);
  assert.deepEqual(world.take(), ["#planned ", "reply"]);
});

test("apply: something new that fails is told, and the rest is not undone", () => {
  const world = worldOf({ a: DAEMON });
  const apply = applied(world, { a: DAEMON, job: {}, bad: { ...DAEMON, restart: "never" } });
  world.exits("job", 0);
  world.exits("bad", 1);
  assert.equal(apply.done(), false);
  assert.deepEqual(world.phases(), { a: "running", job: "completed", bad: "failed" });
});

test("apply: refused while the tree is on its way down, and nothing is touched", () => {
  const world = worldOf({ a: DAEMON });
  world.script("a", { obeys: false });
  world.down();
  world.take();
  const request = world.apply(planOf({ children: { b: DAEMON } }));
  assert.deepEqual(world.replies.get(request), { ok: false, refusal: { kind: "torn_down", tree: "" } });
  assert.deepEqual(world.take(), ["reply"]);
  assert.equal(world.state.revision, 0);
  world.exhaust();
});

test("apply: what has failed, backs off or has completed starts anew if it is another process; what was stopped does not", () => {
  const other = { argv: ["other"] };
  const world = worldOf({
    up: DAEMON,
    gone: { restart: "never" },
    done: {},
    off: DAEMON,
    sad: DAEMON,
    hand: DAEMON,
  });
  world.exits("gone", 1);
  world.exits("done", 0);
  world.stop("off");
  world.exits("sad", 1);
  world.exits("sad", 1);
  assert.equal(world.phase("sad"), "backing_off");
  world.take();
  const apply = applied(world, {
    up: DAEMON,
    gone: { restart: "never", ...other },
    done: other,
    off: { ...DAEMON, ...other },
    sad: { ...DAEMON, ...other },
    hand: { ...DAEMON, stop: { graceMs: 1 } },
  });
  assert.deepEqual(world.take("spawn"), ["spawn gone", "spawn done", "spawn sad"]);
  assert.equal(apply.done(), undefined);
  world.exits("gone", 0);
  world.exits("done", 0);
  world.advance(SETTLE_MS);
  assert.equal(apply.done(), true);
  assert.equal(world.phase("off"), "stopped");
});

test("apply: what failed stays so if the plan changes but its rules; what is to serve or to start by itself now starts", () => {
  const world = worldOf({
    up: DAEMON,
    gone: { restart: "never" },
    job: {},
    hand: { ...DAEMON, autostart: false },
  });
  world.exits("gone", 1);
  world.exits("job", 0);
  world.take();
  const apply = applied(world, {
    up: DAEMON,
    gone: { restart: "never", startTimeoutMs: 1 },
    job: DAEMON,
    hand: DAEMON,
  });
  assert.deepEqual(world.take("spawn"), ["spawn job", "spawn hand"]);
  world.advance(SETTLE_MS);
  assert.equal(apply.done(), true);
  assert.equal(world.phase("gone"), "failed");
});

test("apply: an answer to what an earlier plan wanted to know makes nothing ready", () => {
  const file = (path: string) => ({ probe: { type: "file", path } as const, intervalMs: 100 });
  const world = worldOf({ a: { ...DAEMON, ready: file("/x") } });
  world.script("a", { probe: "silent" });
  world.restart("a");
  const { node, run } = world.processOf("a")!;
  const probed = (attempt: number) =>
    world.send({ type: "probed", node, run, attempt, answer: { says: "ready" } });
  replanned(world, { a: { ...DAEMON, ready: file("/y") } });
  probed(1);
  assert.equal(world.phase("a"), "starting");
  replanned(world, { a: { ...DAEMON, ready: { probe: { type: "delay", ms: 5_000 }, intervalMs: 100 } } });
  probed(2);
  assert.equal(world.phase("a"), "starting");
  world.advance(5_000);
  assert.equal(world.phase("a"), "running");
});

test("apply: what comes back while it leaves is started when it has left", () => {
  const children = { db: DAEMON, api: { ...DAEMON, needs: { db: "ready" } } } as const;
  const world = worldOf({ ...children, web: DAEMON });
  world.script("api", { obeys: false });
  replanned(world, { web: DAEMON });
  assert.deepEqual(world.phases(), { web: "running", db: "running", api: "stopping" });
  const apply = applied(world, { ...children, web: DAEMON });
  world.take();
  world.advance(10_000);
  assert.deepEqual(world.take("spawn", "signal", "kill_all"), [
    "kill_all api",
    "signal db",
    "spawn db",
    "spawn api",
  ]);
  assert.equal(apply.done(), undefined);
  world.advance(SETTLE_MS);
  assert.equal(apply.done(), true);
});

test("apply: the one before is done by what the later one wants", () => {
  const world = worldOf({ a: DAEMON });
  const first = applied(world, { a: DAEMON, b: { ...DAEMON, needs: { a: "completed" } } });
  assert.equal(first.done(), undefined);
  const second = applied(world, { a: DAEMON, c: DAEMON });
  assert.equal(first.done(), true);
  world.advance(SETTLE_MS);
  assert.equal(second.done(), true);
});

test("apply: while a crash is held, a run that is to leave stands still, and the rest is done", () => {
  const world = worldOf({ a: DAEMON, b: DAEMON });
  const crash = world.holds("a");
  const apply = applied(world, { b: { ...DAEMON, argv: ["other"] } });
  assert.deepEqual(world.take("spawn", "signal"), ["signal b", "spawn b"]);
  assert.equal(world.phase("a"), "running");
  world.advance(60_000);
  assert.equal(apply.done(), undefined);
  world.letGo(crash);
  assert.deepEqual(world.phases(), { b: "running" });
  assert.equal(apply.done(), true);
});

test("apply: a plan that a supervisor was killed in the middle of is carried out by the next one", () => {
  const children = { a: DAEMON, b: DAEMON, c: { ...DAEMON, needs: { b: "ready" } } } as const;
  const world = worldOf(children);
  world.script("b", { obeys: false });
  const plan = planOf({ children: { b: { ...DAEMON, argv: ["other"] }, c: children.c, d: DAEMON } });
  world.script("a", { obeys: false });
  world.apply(plan);
  assert.equal(world.resume({ plan, isOutdated: ({ node }) => node === "b" }), true);
  world.advance(10_000);
  assert.deepEqual(world.phases(), { b: "running", c: "running", d: "running" });
  assert.equal(world.state.nodes.get(world.id("b"))!.starts, 2);
});

test("apply: what was leaving when its supervisor was killed stays if the file has it again by the next", () => {
  const world = worldOf({ a: DAEMON, b: DAEMON });
  world.script("a", { obeys: false });
  world.apply(planOf({ children: { b: DAEMON } }));
  assert.equal(world.phase("a"), "stopping");
  assert.equal(world.resume({ plan: planOf({ children: { a: DAEMON, b: DAEMON } }) }), true);
  world.advance(10_000);
  assert.deepEqual(world.phases(), { a: "running", b: "running" });
});

test("apply: an actor that becomes a tree, and a tree that becomes an actor, are waited for", () => {
  const world = worldOf({ x: DAEMON, y: { children: { in: DAEMON } }, web: DAEMON });
  const there = applied(world, { x: { children: { in: DAEMON } }, y: DAEMON, web: DAEMON });
  world.advance(SETTLE_MS);
  assert.equal(there.done(), true);
  assert.deepEqual(world.phases(), { x: "up", "x/in": "running", y: "running", web: "running" });
  world.script("y", { obeys: false });
  const back = applied(world, { x: DAEMON, y: { children: { in: DAEMON } }, web: DAEMON });
  const later = applied(world, { x: { children: { in: DAEMON } }, web: DAEMON });
  world.advance(10_000 + SETTLE_MS);
  assert.deepEqual([back.done(), later.done()], [true, true]);
});

test("apply: what waits for an address that is used for another kind of node starts when that is ready", () => {
  const late = { ...DAEMON, needs: { x: "ready" } } as const;
  const world = worldOf({ x: { ...DAEMON, ...SLOW }, late, web: DAEMON });
  world.script("x", { probe: "missing", obeys: false });
  world.restart("x");
  world.advance(10_000);
  world.stop("late");
  world.start(["late"]);
  assert.deepEqual(world.phases(), { x: "starting", late: "waiting", web: "running" });
  world.take();
  const { done } = applied(world, { x: { children: { in: DAEMON } }, late, web: DAEMON });
  assert.deepEqual(world.phases(), { late: "waiting", web: "running", x: "stopping" });
  assert.equal(done(), undefined);
  world.advance(10_000 + SETTLE_MS);
  assert.deepEqual(world.take("spawn"), ["spawn x/in", "spawn late"]);
  assert.equal(done(), true);
});

test("apply: a start takes back a stop by hand, and not that the run is to be another", () => {
  const api = { ...DAEMON, needs: { db: "ready" } } as const;
  const world = worldOf({ db: DAEMON, api });
  world.script("api", { obeys: false });
  world.restart("api");
  const request = world.apply(planOf({ children: { db: { ...DAEMON, argv: ["other"] }, api } }));
  world.stop("db");
  world.start(["db"]);
  world.exhaust();
  assert.equal(world.replies.get(request)?.ok, true);
  assert.equal(world.state.nodes.get(world.id("db"))!.starts, 2);
});

test("apply: a tree that has failed starts anew if something in it is another process, is new, or is there no more", () => {
  const pool = (children: TreeSketch["children"]) => ({
    onFailure: "stop",
    intensity: { restarts: 0, withinMs: 1_000 },
    children,
  } as const);
  const [bad, other, off] = [DAEMON, { ...DAEMON, argv: ["other"] }, { ...DAEMON, autostart: false }];
  for (
    const [mended, spawned] of [
      [{ bad: other, ok: DAEMON, off }, ["spawn pool/bad", "spawn pool/ok"]],
      [{ ok: DAEMON, off }, ["spawn pool/ok"]],
      [{ bad, ok: DAEMON, off, more: DAEMON }, ["spawn pool/bad", "spawn pool/ok", "spawn pool/more"]],
      [{ bad: { ...bad, stop: { graceMs: 1 } }, ok: DAEMON, off }, []],
    ] as const
  ) {
    const world = worldOf({ pool: pool({ bad, ok: DAEMON, off }), web: DAEMON });
    world.exits("pool/bad", 1);
    assert.deepEqual(world.phases(), {
      pool: "failed",
      "pool/bad": "failed",
      "pool/ok": "stopped",
      "pool/off": "inactive",
      web: "running",
    });
    world.take();
    const { done } = applied(world, { pool: pool(mended), web: DAEMON });
    assert.deepEqual(world.take("spawn"), spawned);
    assert.equal(done(), spawned.length === 0 ? true : undefined);
    world.advance(SETTLE_MS);
    assert.equal(done(), true);
    assert.equal(world.phase("pool"), spawned.length === 0 ? "failed" : "up");
  }
});

test("apply: a tree that backs off starts at once if something in it is another process, is new, or is there no more", () => {
  const bad = { restart: "never" } as const;
  const pool = (children: TreeSketch["children"]) =>
    ({
      autoShutdown: "any_significant",
      restart: "always",
      backoff: PATIENT,
      children,
    }) as const;
  for (
    const [mended, spawned] of [
      [{ bad: { ...bad, significant: true, argv: ["other"] }, ok: DAEMON }, [
        "spawn pool/bad",
        "spawn pool/ok",
      ]],
      [{ ok: DAEMON }, ["spawn pool/ok"]],
      [{ bad: { ...bad, significant: true }, ok: DAEMON, more: DAEMON }, [
        "spawn pool/bad",
        "spawn pool/ok",
        "spawn pool/more",
      ]],
      [{ bad: { ...bad, significant: true }, ok: { ...DAEMON, stop: { graceMs: 1 } } }, []],
    ] as const
  ) {
    const world = worldOf({ pool: pool({ bad: { ...bad, significant: true }, ok: DAEMON }), web: DAEMON });
    for (let crash = 0; crash < 3 && world.phase("pool") !== "backing_off"; crash++) {
      world.exits("pool/bad", 1);
    }
    assert.equal(world.phase("pool"), "backing_off");
    world.take();
    const { done } = applied(world, { pool: pool(mended), web: DAEMON });
    assert.deepEqual(world.take("spawn"), spawned);
    world.advance(SETTLE_MS);
    assert.equal(done(), true);
    assert.equal(world.phase("pool"), spawned.length === 0 ? "backing_off" : "up");
  }
});

test("apply: a tree that has completed starts anew if there is more to do in it, and not for what is there no more", () => {
  const [main, off] = [{ significant: true }, { autostart: false }] as const;
  const kept = { one: {}, main, off, db: DAEMON, hand: DAEMON } as const;
  for (
    const [children, spawned] of [
      [{ ...kept, one: { argv: ["other"] } }, ["one", "main", "db"]],
      [{ ...kept, db: { ...DAEMON, argv: ["other"] } }, ["one", "main", "db"]],
      [{ ...kept, more: {} }, ["one", "main", "db", "more"]],
      [{ ...kept, one: DAEMON }, ["one", "main", "db"]],
      [{ ...kept, off: {} }, ["one", "main", "off", "db"]],
      [{ ...kept, off: { ...off, argv: ["other"] } }, []],
      [{ ...kept, hand: { ...DAEMON, argv: ["other"] } }, []],
      [{ ...kept, more: off }, []],
      [{ ...kept, one: { stop: { graceMs: 1 } } }, []],
      [{ main, off, db: DAEMON, hand: DAEMON }, []],
    ] as const
  ) {
    const world = worldOf({ pool: { children: kept }, web: DAEMON });
    world.stop("pool/hand");
    world.exits("pool/one", 0);
    world.exits("pool/main", 0);
    assert.equal(world.phase("pool"), "completed");
    world.take();
    const { done } = applied(world, { pool: { children }, web: DAEMON });
    assert.deepEqual(world.take("spawn"), spawned.map((name) => `spawn pool/${name}`));
    assert.equal(world.phase("pool"), spawned.length === 0 ? "completed" : "up");
    world.advance(SETTLE_MS);
    assert.equal(done(), true);
  }
});

test("apply: in a sequential start, what is to come has its turn before those behind it", () => {
  const sketch = (x: TreeSketch | typeof DAEMON, argv: string[]) => ({
    pool: { start: "sequential", children: { x, y: { ...DAEMON, argv } } },
    web: DAEMON,
  } as const);
  const world = worldOf(sketch(DAEMON, ["one"]));
  world.script("pool/x", { obeys: false });
  const { done } = applied(world, sketch({ children: { in: DAEMON } }, ["other"]));
  assert.deepEqual([world.phase("pool/x"), world.phase("pool/y")], ["stopping", "waiting"]);
  world.advance(10_000 + SETTLE_MS);
  assert.deepEqual(world.take("spawn"), ["spawn pool/x/in", "spawn pool/y"]);
  assert.equal(done(), true);
});

test("apply: what was mended has not failed before", () => {
  const sketch = (argv: string[]) => ({
    onFailure: "fail_child",
    intensity: { restarts: 1, withinMs: 60_000 },
    children: { a: { ...DAEMON, argv }, web: DAEMON },
  } as const);
  const world = new World(planOf(sketch(["bad"]))).begin();
  world.exits("a", 1);
  world.exits("a", 1);
  assert.equal(world.phase("a"), "failed");
  world.replan(planOf(sketch(["good"])));
  world.exits("a", 1);
  assert.equal(world.phase("a"), "running");
});
