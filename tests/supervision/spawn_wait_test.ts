/** Actors whose process is yet to be made: no limit of theirs counts, and nobody waits for ever. */
import assert from "node:assert/strict";
import { NEVER } from "../../lib/base/instant.ts";
import { nextDeadline } from "../../lib/supervision/step.ts";
import { type ActorSketch, planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";

const FILE = { probe: { type: "file", path: "/x" }, intervalMs: 100 } as const;

/** A world in which a process of "a" waits to be spawned. */
function waiting(a: ActorSketch): World {
  const world = new World(planOf({ children: { a: { daemon: true, ...a } } }));
  world.script("a", { spawn: "silent", probe: "not yet" });
  return world.begin();
}

function runOf(world: World): number {
  const { phase } = world.state.nodes.get(world.id("a"))!;
  assert.ok("run" in phase);
  return phase.run;
}

for (
  const [name, limits, after] of [
    ["start", { ready: FILE, startTimeoutMs: 1_000 }, 1_000],
    ["run", { ready: FILE, startTimeoutMs: 9_000, runTimeoutMs: 2_000 }, 2_000],
  ] as const
) {
  test(`spawn wait: the limit of a ${name} counts from the spawn`, () => {
    const world = waiting(limits);
    assert.equal(nextDeadline(world.state), NEVER);
    world.advance(100_000);
    assert.equal(world.phase("a"), "starting");
    world.spawned(world.id("a"), runOf(world));
    world.take();
    world.advance(after - 1);
    assert.deepEqual(world.take("#timed_out"), []);
    world.advance(1);
    assert.deepEqual(world.take("#timed_out"), ["#timed_out a"]);
  });
}

test("spawn wait: a process that has yet to become its program has its time from when it was made", () => {
  const world = waiting({ startTimeoutMs: 1_000, runTimeoutMs: 2_000 });
  world.advance(5_000);
  world.send({ type: "made", node: world.id("a"), run: runOf(world) });
  world.advance(900);
  world.spawned(world.id("a"), runOf(world));
  assert.equal(world.phase("a"), "running");
  world.take();
  world.advance(1_099);
  assert.deepEqual(world.take("#timed_out"), []);
  world.advance(1);
  assert.deepEqual(world.take("#timed_out"), ["#timed_out a"]);
});

test("spawn wait: what never becomes its program has taken too long, and is called off", () => {
  const world = waiting({ startTimeoutMs: 1_000, restart: "never" });
  world.send({ type: "made", node: world.id("a"), run: runOf(world) });
  world.take();
  world.advance(999);
  assert.equal(world.phase("a"), "starting");
  world.advance(1);
  assert.deepEqual(world.take("#timed_out", "abort_spawn"), ["#timed_out a", "abort_spawn a"]);
  assert.equal(world.phase("a"), "failed");
});

test("spawn wait: a start of another run tells nobody of a lack of this one", () => {
  const world = waiting({});
  world.send({
    type: "lacked",
    node: world.id("a"),
    run: runOf(world) - 1,
    message: "full",
    isLasting: true,
  });
  const { phase } = world.state.nodes.get(world.id("a"))!;
  assert.ok(phase.at === "starting" && phase.lack === null);
});

test("spawn wait: a lack that lasts keeps nobody waiting, costs no restart, and ends with the spawn", () => {
  const world = waiting({});
  const asked = world.awaitReady("a");
  const lack = (isLasting: boolean) =>
    world.send({ type: "lacked", node: world.id("a"), run: runOf(world), message: "full", isLasting });
  lack(false);
  world.advance(100_000);
  assert.equal(world.replies.has(asked), false);
  lack(true);
  assert.deepEqual(world.replies.get(asked), { ok: false, refusal: null });
  const again = world.awaitReady("a");
  assert.equal(world.replies.get(again)!.ok, false);
  world.spawned(world.id("a"), runOf(world));
  const node = world.state.nodes.get(world.id("a"))!;
  assert.ok(node.phase.at === "running");
  assert.equal(node.restarts, 0);
});
