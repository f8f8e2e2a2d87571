/** Files that actors watch, as the core takes them. */
import assert from "node:assert/strict";
import { type ActorSketch, planOf, type TreeSketch } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";

const WATCH = { paths: ["/src"], ignore: [], debounceMs: 200, signal: null };
const WATCHED: ActorSketch = { daemon: true, watch: WATCH };

function worldOf(children: TreeSketch["children"]): World {
  const world = new World(planOf({ children })).begin();
  world.take();
  return world;
}

const SLOW = { initialMs: 60_000, maxMs: 60_000, factor: 1, jitter: 0, resetAfterMs: 10_000 };
const SEEN = ["signal", "spawn", "tell", "#files_changed"];

test("watching: a crowd of changes is one restart, when none has come for a while", () => {
  const world = worldOf({ web: WATCHED });
  for (let count = 0; count < 5; count++) {
    world.changes("web", `/src/${count}.ts`);
    world.advance(150);
  }
  assert.deepEqual(world.take(...SEEN), []);
  world.advance(49);
  assert.deepEqual(world.take(...SEEN), []);
  world.advance(1);
  assert.deepEqual(world.take(...SEEN), ["#files_changed web", "signal web", "spawn web"]);
  world.advance(10_000);
  assert.deepEqual(world.take(...SEEN), []);
});

test("watching: a crowd that does not end is acted upon all the same", () => {
  const world = worldOf({ web: WATCHED });
  for (let ms = 0; ms < 2_000; ms += 100) {
    world.changes("web", "/src/a.ts");
    world.advance(100);
  }
  assert.deepEqual(world.take(...SEEN), ["#files_changed web", "signal web", "spawn web"]);
});

test("watching: with a signal nothing is restarted, and what does not run gets none", () => {
  const world = worldOf({ web: { ...WATCHED, watch: { ...WATCH, signal: "SIGHUP" } } });
  world.changes("web", "/src/a.ts");
  world.advance(200);
  assert.deepEqual(world.take(...SEEN), ["#files_changed web", "tell web"]);
  world.stop("web");
  world.take();
  world.changes("web", "/src/a.ts");
  world.advance(200);
  assert.deepEqual(world.take(...SEEN), []);
});

test("watching: a change is a new try for what has failed, backs off or has completed", () => {
  const watched = { watch: WATCH };
  const world = worldOf({
    once: { ...watched, restart: "never" },
    broken: { ...watched, restart: "never" },
    slow: { ...watched, daemon: true, backoff: SLOW },
    keeps: { daemon: true },
  });
  world.exits("once", 0);
  world.exits("broken", 1);
  world.exits("slow", 1);
  world.exits("slow", 1);
  world.take();
  assert.deepEqual(world.phases(), {
    once: "completed",
    broken: "failed",
    slow: "backing_off",
    keeps: "running",
  });
  for (const path of ["once", "broken", "slow"]) world.changes(path, "/src/a.ts");
  world.advance(50);
  assert.deepEqual(world.take("spawn"), []);
  world.advance(150);
  assert.deepEqual(world.take("spawn").toSorted(), ["spawn broken", "spawn once", "spawn slow"]);
});

test("watching: what is stopped by hand stays so, and what stops meanwhile does not start twice", () => {
  const world = worldOf({ web: WATCHED, other: WATCHED });
  world.stop("web");
  world.changes("web", "/src/a.ts");
  world.script("other", { obeys: false });
  world.changes("other", "/src/a.ts");
  world.advance(100);
  world.restart("other");
  world.advance(60_000);
  assert.deepEqual(world.phases(), { web: "stopped", other: "running" });
  assert.deepEqual(world.take("spawn"), ["spawn other"]);
});

test("watching: nobody who watches nothing, is unknown or goes down takes notice", () => {
  const world = worldOf({ web: WATCHED, plain: { daemon: true } });
  world.changes("plain", "/src/a.ts");
  world.changes("nobody", "/src/a.ts");
  world.script("web", { obeys: false });
  world.down();
  world.changes("web", "/src/a.ts");
  world.advance(60_000);
  assert.deepEqual(world.take("spawn", "tell", "#files_changed"), []);
});

test("watching: a later supervisor goes on with changes that were waited out, by the plan of its time", () => {
  const world = worldOf({ web: WATCHED });
  world.changes("web", "/src/a.ts");
  assert.ok(world.resume());
  world.take();
  world.advance(200);
  assert.deepEqual(world.take(...SEEN), ["#files_changed web", "signal web", "spawn web"]);
  world.changes("web", "/src/a.ts");
  world.replan(planOf({ children: { web: { daemon: true } } }));
  world.advance(60_000);
  assert.deepEqual(world.take(...SEEN), []);
});

test("watching: a change undoes no stop of what waits for its turn to stop", () => {
  const world = worldOf({ web: WATCHED, client: { daemon: true, needs: { web: "ready" } } });
  world.script("client", { obeys: false });
  world.stop("client", "web");
  world.changes("web", "/src/a.ts");
  world.advance(60_000);
  assert.deepEqual(world.phases(), { web: "stopped", client: "stopped" });
  assert.deepEqual(world.take("spawn"), []);
});

test("watching: failures before a change count for nothing", () => {
  const budget = { intensity: { restarts: 1, withinMs: 60_000 } };
  const world = worldOf({ web: { ...WATCHED, ...budget } });
  world.exits("web", 1);
  world.changes("web", "/src/a.ts");
  world.advance(200);
  world.exits("web", 1);
  assert.equal(world.phase("web"), "running");
});
