import assert from "node:assert/strict";
import { MOST_UNSETTLED } from "../../lib/supervision/endless.ts";
import { SETTLE_MS } from "../../lib/supervision/goals.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";

type Verb = "start" | "stop" | "restart" | "down";
const VERBS: readonly Verb[] = ["start", "stop", "restart", "down"];

/** A daemon in each situation that a request can find it in. */
const SITUATIONS: Readonly<Record<string, (world: World) => void>> = {
  running: (world) => {
    world.begin();
  },
  "being spawned": (world) => {
    world.script("a", { spawn: "silent" });
    world.begin();
    world.script("a", { spawn: "ok" });
  },
  "starting": (world) => {
    world.script("a", { probe: "refused" });
    world.begin();
    world.script("a", { probe: null });
  },
  "backing off": (world) => {
    world.begin();
    world.exits("a", 1);
    world.exits("a", 1);
    assert.equal(world.phase("a"), "backing_off");
  },
  stopping: (world) => {
    world.begin();
    world.script("a", { obeys: false });
    world.stop("a");
    assert.equal(world.phase("a"), "stopping");
  },
  stopped: (world) => {
    world.begin();
    world.stop("a");
    assert.equal(world.phase("a"), "stopped");
  },
  failed: (world) => {
    world.script("a", { spawn: { error: "no such file" } });
    world.begin();
    world.script("a", { spawn: "ok" });
    assert.equal(world.phase("a"), "failed");
  },
};

function apply(world: World, verb: Verb): number | null {
  switch (verb) {
    case "start":
      return world.start(["a"]);
    case "stop":
      return world.stop("a");
    case "restart":
      return world.restart("a");
    case "down":
      world.down();
      return null;
  }
}

test("requests: every ordered pair of them, in every situation, ends as the last one says", () => {
  const ready = { probe: { type: "file", path: "/x" }, intervalMs: 100 } as const;
  for (const [situation, arrange] of Object.entries(SITUATIONS)) {
    for (const first of VERBS) {
      for (const second of VERBS) {
        const restart = situation === "failed" ? "never" : "always";
        const world = new World(
          planOf({ children: { a: { daemon: true, ready, restart }, z: { daemon: true } } }),
        );
        arrange(world);
        const requests = [apply(world, first), apply(world, second)];
        for (const { node, run } of world.toBeSpawned()) world.spawned(node, run);
        world.exhaust();
        const where = `${situation}: ${first}, then ${second}`;
        const goesDown = first === "down" || second === "down";
        assert.equal(world.outcome !== null, goesDown, where);
        const expected = goesDown
          ? ["stopped", "failed"]
          : second === "stop"
          ? ["stopped", "failed"]
          : ["running"];
        assert.ok(expected.includes(world.phase("a")), `${where}: ${world.phase("a")}`);
        if (second === "stop" && !goesDown && situation !== "failed") {
          assert.equal(world.phase("a"), "stopped", where);
        }
        for (const request of requests) {
          assert.ok(request === null || world.replies.has(request), `${where}: a request was not answered`);
        }
        const open = world.processes.filter((process) => !process.cleared).map((process) => process.node);
        assert.ok(new Set(open).size === open.length, `${where}: two of the same`);
      }
    }
  }
});

test("requests: a stop overtakes a pending restart", () => {
  const world = new World(planOf({ children: { a: { daemon: true } } })).begin();
  world.exits("a", 1);
  world.exits("a", 1);
  world.take();
  const request = world.stop("a");
  world.exhaust();
  assert.deepEqual(world.take("spawn"), []);
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
});

test("requests: a stop overtakes the restart of a run whose descendants are still being ended", () => {
  const world = new World(planOf({ children: { a: { daemon: true } } })).begin();
  world.script("a", { leaves: "stubborn" });
  world.exits("a", 1);
  world.take();
  world.stop("a");
  world.exhaust();
  assert.deepEqual(world.take("spawn", "#stopped"), ["#stopped a"]);
});

test("requests: a stop while a process is being spawned ends it, also if it comes too late", () => {
  const world = new World(planOf({ children: { a: { daemon: true }, z: { daemon: true } } }));
  world.script("a", { spawn: "silent" });
  world.begin();
  const run = world.state.runs;
  world.script("a", { obeys: false });
  world.send({ type: "stop_requested", request: null, nodes: [world.id("a")] });
  assert.equal(world.phase("a"), "stopped");
  world.take();
  // Its spawn had been called off: what comes now is about a run that is over.
  world.send({ type: "spawned", node: world.id("a"), run: run - 1, pid: 7 });
  assert.deepEqual(world.take(), []);
});

test("requests: stop leaves dependents alone, and lasts while others restart", () => {
  const world = new World(planOf({
    children: { db: { daemon: true }, api: { daemon: true, needs: { db: "ready" } } },
  })).begin();
  world.stop("db");
  assert.deepEqual(world.phases(), { db: "stopped", api: "running" });
  world.exits("api", 1);
  assert.deepEqual(world.phases(), { db: "stopped", api: "waiting" });
  world.start(["db"]);
  assert.deepEqual(world.phases(), { db: "running", api: "running" });
});

test("requests: start brings dependencies up, --no-deps neither starts them nor waits", () => {
  const plan = planOf({
    children: { db: { daemon: true }, api: { daemon: true, needs: { db: "ready" } }, z: { daemon: true } },
  });
  for (const deps of [true, false]) {
    const world = new World(plan).begin();
    world.stop("api", "db");
    const request = world.start(["api"], deps);
    assert.deepEqual(world.phases(), { db: deps ? "running" : "stopped", api: "running", z: "running" });
    world.advance(SETTLE_MS);
    assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
  }
});

test("requests: several are stopped in the order of their dependencies", () => {
  const world = new World(planOf({
    children: { db: { daemon: true }, api: { daemon: true, needs: { db: "ready" } }, z: { daemon: true } },
  })).begin();
  world.script("api", { obeys: false });
  world.take();
  world.stop("db", "api");
  assert.deepEqual(world.take("signal"), ["signal api"]);
  world.exits("api", "SIGTERM");
  assert.deepEqual(world.take("signal"), ["signal db"]);
});

test("requests: a completed one-shot is run again if it is named, not if it is a dependency", () => {
  const world = new World(planOf({
    children: { migrate: {}, api: { daemon: true, needs: { migrate: "completed" } } },
  })).begin();
  world.exits("migrate", 0);
  world.stop("api");
  world.take();
  world.start(["api"]);
  assert.deepEqual(world.take("spawn"), ["spawn api"]);
  world.start(["migrate"]);
  assert.deepEqual(world.take("spawn"), ["spawn migrate"]);
});

test("requests: a restart is answered by the new run, not by the old one", () => {
  const ready = { probe: { type: "file", path: "/x" }, intervalMs: 100 } as const;
  const world = new World(planOf({ children: { a: { daemon: true, ready } } })).begin();
  world.script("a", { obeys: false, probe: "missing" });
  const request = world.restart("a");
  world.advance(5_000);
  assert.equal(world.replies.has(request), false);
  world.advance(5_000);
  assert.equal(world.phase("a"), "starting");
  assert.equal(world.replies.has(request), false);
  world.script("a", { probe: null });
  world.advance(5_000);
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
});

test("requests: starting one child of a stopped tree starts the tree, and of its children only that one", () => {
  const world = new World(planOf({
    children: { pool: { children: { x: { daemon: true }, y: { daemon: true } } }, z: { daemon: true } },
  })).begin();
  world.stop("pool");
  assert.deepEqual(world.phases(), {
    pool: "stopped",
    "pool/x": "stopped",
    "pool/y": "stopped",
    z: "running",
  });
  world.start(["pool/y"]);
  assert.deepEqual(world.phases(), { pool: "up", "pool/x": "stopped", "pool/y": "running", z: "running" });
  world.start(["pool"]);
  assert.equal(world.phase("pool/x"), "running");
});

test("requests: restarting a tree restarts what runs in it, and leaves what was stopped by hand", () => {
  const world = new World(planOf({
    children: { pool: { children: { x: { daemon: true }, y: { daemon: true } } }, z: { daemon: true } },
  })).begin();
  world.stop("pool/y");
  world.take();
  const request = world.restart("pool");
  assert.deepEqual(world.take("signal", "spawn"), ["signal pool/x", "spawn pool/x"]);
  assert.deepEqual(world.phases(), { pool: "up", "pool/x": "running", "pool/y": "stopped", z: "running" });
  world.advance(SETTLE_MS);
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
});

test("requests: a stop that not even SIGKILL brings about is not said to be done", () => {
  const world = new World(planOf({ children: { a: { daemon: true }, b: { daemon: true } } })).begin();
  world.script("a", { obeys: false, leaves: "immortal" });
  const request = world.stop("a");
  world.advance(60_000);
  assert.deepEqual(world.replies.get(request), { ok: false, refusal: null });
});

test("requests: a start takes back a stop whose turn has not come", () => {
  const world = new World(planOf({
    children: { db: { daemon: true }, api: { daemon: true, needs: { db: "ready" } } },
  })).begin();
  world.script("api", { obeys: false });
  world.stop("api", "db");
  world.start(["db"]);
  world.take();
  world.exits("api", 0);
  assert.deepEqual(world.take("signal"), []);
  assert.deepEqual(world.phases(), { db: "running", api: "stopped" });
});

test("requests: what is stopped by hand while its tree goes down for a restart stays stopped", () => {
  const world = new World(planOf({
    children: { pool: { children: { web: { daemon: true }, db: { daemon: true } } } },
  })).begin();
  world.script("pool/web", { obeys: false });
  world.restart("pool");
  world.stop("pool/web");
  world.exits("pool/web", 0);
  assert.deepEqual(world.phases(), { pool: "up", "pool/web": "stopped", "pool/db": "running" });
});

test("requests: a restart of a tree does not wait for what is just being stopped by hand", () => {
  const world = new World(planOf({
    children: { pool: { children: { x: { daemon: true }, y: { daemon: true } } } },
  })).begin();
  world.script("pool/y", { obeys: false });
  world.stop("pool/y");
  const request = world.restart("pool");
  world.exhaust();
  assert.deepEqual(world.phases(), { pool: "up", "pool/x": "running", "pool/y": "stopped" });
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
});

test("requests: a restart of a tree lasts until everything in it has come back, however long some of it takes to stop", () => {
  const world = new World(planOf({
    children: { pool: { children: { x: { daemon: true }, y: { daemon: true } } } },
  })).begin();
  world.script("pool/y", { obeys: false });
  const request = world.restart("pool");
  assert.deepEqual(world.phases(), { pool: "stopping", "pool/x": "stopped", "pool/y": "stopping" });
  assert.equal(world.replies.get(request), undefined);
  world.exhaust();
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
});

test("requests: who waits for what is ready waits also while a supervisor that has given up is started anew", () => {
  const pool = {
    daemon: true,
    intensity: { restarts: 0, withinMs: 1_000 },
    children: { x: { daemon: true } },
  };
  const world = new World(planOf({ children: { pool, z: { daemon: true } } })).begin();
  for (let count = 0; count < 2; count++) world.exits("pool/x", 1);
  assert.deepEqual(world.phases(), { pool: "backing_off", "pool/x": "failed", z: "running" });
  const request = world.awaitReady("");
  assert.equal(world.replies.get(request), undefined);
  world.exhaust();
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
});

test("requests: nobody waits for what is below a supervisor that has given up for good", () => {
  const pool = {
    onFailure: "stop",
    intensity: { restarts: 0, withinMs: 1_000 },
    children: { x: { daemon: true } },
  } as const;
  const world = new World(planOf({ children: { pool, z: { daemon: true } } })).begin();
  world.exits("pool/x", 1);
  assert.deepEqual(world.phases(), { pool: "failed", "pool/x": "failed", z: "running" });
  assert.deepEqual(world.replies.get(world.awaitReady("")), { ok: false, refusal: null });
});

test("requests: nothing is started in a tree that is being torn down, and the answer says so", () => {
  const world = new World(planOf({ children: { a: { daemon: true } } })).begin();
  world.script("a", { obeys: false });
  world.down();
  for (const request of [world.start(["a"]), world.restart("a")]) {
    assert.deepEqual(world.replies.get(request), { ok: false, refusal: { kind: "torn_down", tree: "" } });
  }
});

test("requests: waiting for readiness ends when all are ready or one can no longer be", () => {
  const ready = { probe: { type: "file", path: "/x" }, intervalMs: 100 } as const;
  const world = new World(planOf({
    children: {
      a: { daemon: true, ready },
      b: { daemon: true, ready, restart: "never", startTimeoutMs: 3_000 },
    },
  }));
  world.script("a", { probe: "missing" });
  world.script("b", { probe: "missing" });
  world.begin();
  const request = world.awaitReady("");
  world.script("a", { probe: null });
  world.advance(2_900);
  assert.equal(world.replies.has(request), false);
  world.advance(100);
  assert.deepEqual(world.replies.get(request), { ok: false, refusal: null });
});

test("requests: a daemon that nothing asks whether it is ready is said to be so when it has lasted", () => {
  const world = new World(planOf({ children: { a: { daemon: true } } })).begin();
  world.stop("a");
  const request = world.start(["a"]);
  assert.equal(world.phase("a"), "running");
  world.advance(SETTLE_MS - 1);
  assert.equal(world.replies.get(request), undefined);
  world.advance(1);
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
});

test("requests: a daemon that ends as soon as it is started is not said to be ready", () => {
  const world = new World(
    planOf({ children: { a: { daemon: true, restart: "never" }, b: { daemon: true } } }),
  ).begin();
  world.stop("a");
  const request = world.start(["a", "b"]);
  world.exits("a", 0);
  world.advance(SETTLE_MS);
  assert.deepEqual(world.replies.get(request), { ok: false, refusal: null });
});

test("requests: nobody waits for what has run for long, has a probe, or is a one-shot", () => {
  const world = new World(
    planOf({
      children: {
        a: { daemon: true },
        b: { daemon: true, ready: { probe: { type: "file", path: "/x" }, intervalMs: 100 } },
        c: {},
      },
    }),
  ).begin();
  world.advance(SETTLE_MS);
  world.restart("b", "c");
  const request = world.awaitReady("a", "b");
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
});

test("requests: nobody waits for ever for what its tree restarts for ever", () => {
  const backoff = { initialMs: 1, maxMs: 1, factor: 1, jitter: 0, resetAfterMs: 10_000 };
  const world = new World(
    planOf({ children: { a: { daemon: true, backoff } }, intensity: { restarts: 1_000, withinMs: 1_000 } }),
  ).begin();
  const request = world.awaitReady("a");
  for (let restarts = 0; restarts <= MOST_UNSETTLED; restarts++) {
    assert.equal(world.replies.get(request), undefined, `after ${restarts} restarts`);
    world.exits("a", 1);
    world.advance(1);
  }
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
});

test("requests: what is stopped and started again while its tree goes down for a restart comes back with it", () => {
  for (const autostart of [true, false]) {
    const world = new World(planOf({
      children: {
        pool: {
          children: { web: { daemon: true, needs: { "pool/db": "ready" } }, db: { daemon: true, autostart } },
        },
      },
    })).begin();
    world.script("pool/web", { obeys: false });
    world.restart("pool");
    world.stop("pool/db");
    const request = world.start(["pool/db"]);
    world.exhaust();
    assert.deepEqual(world.phases(), { pool: "up", "pool/web": "running", "pool/db": "running" });
    assert.equal(world.state.nodes.get(world.id("pool/db"))!.starts, 2);
    assert.equal(world.replies.get(request)?.ok, true);
  }
});

test("requests: --no-deps is for the start that it asks for alone", () => {
  const plan = planOf({
    children: { db: { daemon: true }, api: { daemon: true, needs: { db: "ready" } }, z: { daemon: true } },
  });
  const running = new World(plan).begin();
  running.start(["api"], false);
  running.stop("db");
  running.exits("api", 1);
  assert.equal(running.phase("api"), "waiting", "it was running: nothing was started");
  const called = new World(plan).begin();
  called.script("api", { obeys: false });
  called.restart("api");
  called.stop("db");
  called.start(["api"], false);
  called.stop("api");
  called.exits("api", 0);
  called.start(["db"]);
  called.start(["api"]);
  called.stop("db");
  called.exits("api", 1);
  assert.equal(called.phase("api"), "waiting", "the start that it was for has been called off");
});

test("requests: what has gone down with its tree and is stopped by hand then does not come back with it", () => {
  const world = new World(planOf({
    children: {
      pool: {
        children: { web: { daemon: true }, db: { daemon: true }, in: { children: { x: { daemon: true } } } },
      },
    },
  })).begin();
  world.script("pool/web", { obeys: false });
  world.restart("pool");
  assert.deepEqual([world.phase("pool/db"), world.phase("pool/in")], ["stopped", "stopped"]);
  const request = world.stop("pool/db", "pool/in");
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
  world.exhaust();
  assert.deepEqual(world.phases(), {
    pool: "up",
    "pool/web": "running",
    "pool/db": "stopped",
    "pool/in": "stopped",
    "pool/in/x": "stopped",
  });
});

test("requests: a tree that ends well and would be started again stays stopped if somebody stops it meanwhile", () => {
  const world = new World(planOf({
    children: {
      pool: { restart: "always", children: { job: { significant: true }, web: { daemon: true } } },
      api: { daemon: true },
    },
  }));
  world.script("pool/web", { obeys: false });
  world.begin();
  world.exits("pool/job", 0);
  assert.equal(world.phase("pool"), "stopping");
  world.stop("pool");
  world.advance(60_000);
  assert.equal(world.phase("pool"), "stopped");
});

test("requests: nobody waits for another run of a task in a tree that does not come back", () => {
  const world = new World(planOf({
    intensity: { restarts: 0, withinMs: 1_000 },
    children: {
      db: { daemon: true },
      pool: { needs: { db: "ready" }, children: { web: { daemon: true }, task: {} } },
      other: { daemon: true },
    },
  })).begin();
  world.exits("pool/task");
  world.exits("db", 1);
  const request = world.restart("pool");
  world.exhaust();
  assert.deepEqual(world.phases(), {
    db: "failed",
    pool: "failed",
    "pool/web": "stopped",
    "pool/task": "completed",
    other: "running",
  });
  assert.deepEqual(world.replies.get(request), { ok: false, refusal: null });
});
