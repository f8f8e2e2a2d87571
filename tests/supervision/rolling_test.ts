import assert from "node:assert/strict";
import { SETTLE_MS } from "../../lib/supervision/goals.ts";
import { type ActorSketch, planOf, type TreeSketch } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";
import { holdToReference } from "./reference/twin.ts";
import { auditLastReplica } from "./audit/last_replica.ts";

const READY = { probe: { type: "file", path: "/x" }, intervalMs: 100 } as const;
const PROBED = { daemon: true, ready: READY };

/** Replicas of an actor. */
function replicas(name: string, count: number, sketch: ActorSketch = PROBED): Record<string, ActorSketch> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`${name}.${at + 1}`, { ...sketch, replica: at + 1 }]),
  );
}

function worldOf(sketch: TreeSketch): World {
  const world = new World(planOf(sketch));
  world.onStep = (before, event, now, stepped, calendar) => {
    holdToReference(before, event, now, stepped, calendar);
    auditLastReplica(before, event, stepped);
  };
  return world.begin();
}

const WHAT = ["signal", "spawn", "#ready", "#rolled", "#roll_halted"];

test("rolling: each replica is stopped when the one before is ready again, and the answer comes with the last", () => {
  const world = worldOf({ children: { ...replicas("api", 3), other: { daemon: true } } });
  world.take();
  world.script("api.1", { probe: "not yet" });
  const request = world.restartRolling("api.1", "api.2", "api.3");
  world.advance(5_000);
  assert.deepEqual(world.take(...WHAT), ["signal api.1", "spawn api.1"]);
  assert.equal(world.replies.get(request), undefined);
  world.script("api.1", { probe: null });
  world.advance(5_000);
  assert.deepEqual(world.take(...WHAT), [
    "#ready api.1",
    "signal api.2",
    "spawn api.2",
    "#ready api.2",
    "signal api.3",
    "spawn api.3",
    "#ready api.3",
    "#rolled ",
  ]);
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
  assert.deepEqual(world.state.rollouts, []);
});

test("rolling: without a probe a new one must have run for a moment, and one that ends within it stops the others", () => {
  const world = worldOf({ children: replicas("api", 3, { daemon: true }) });
  world.take();
  const request = world.restartRolling("api.1", "api.2", "api.3");
  world.advance(SETTLE_MS - 1);
  assert.deepEqual(world.take("signal"), [], "nor is one stopped while no other has run for so long");
  world.advance(1);
  assert.deepEqual(world.take("signal"), ["signal api.1"]);
  world.exits("api.1", 3);
  assert.deepEqual(world.replies.get(request), {
    ok: false,
    refusal: {
      kind: "roll_halted",
      why: {
        kind: "failed",
        at: "api.1",
        why: { kind: "exit", exit: { how: "exited", code: 3 }, error: null },
      },
      left: ["api.2", "api.3"],
    },
  });
});

/** What may befall a rolling restart of three replicas while the first is on its way. */
const TROUBLES: Readonly<Record<string, { readonly act: (world: World) => void; readonly then: unknown }>> = {
  "the new one never becomes ready": {
    act: (world) => world.advance(60_000),
    then: { kind: "failed", at: "api.1", left: ["api.2", "api.3"] },
  },
  "the new one crashes before it is ready": {
    act: (world) => world.exits("api.1", 1),
    then: { kind: "failed", at: "api.1", left: ["api.2", "api.3"] },
  },
  "its tree goes down": {
    act: (world) => world.down(),
    then: { kind: "torn_down", tree: "", left: ["api.2", "api.3"] },
  },
};

test("rolling: one that is called off touches no other replica, and what has had its turn becomes ready", () => {
  const world = worldOf({ children: replicas("api", 3) });
  world.script("api.1", { probe: "not yet" });
  const request = world.restartRolling("api.1", "api.2", "api.3");
  const runs = world.processOf("api.2")!.run;
  world.advance(1_000);
  world.take();
  const halt = world.halt("api.3");
  assert.deepEqual(world.replies.get(halt), { ok: true, refusal: null });
  const refusal = { kind: "roll_halted", why: { kind: "called_off" }, left: ["api.2", "api.3"] };
  assert.deepEqual(world.replies.get(request), { ok: false, refusal });
  world.script("api.1", { probe: null });
  world.advance(60_000);
  assert.deepEqual(world.take(...WHAT), ["#roll_halted ", "#ready api.1"]);
  assert.equal(world.processOf("api.2")!.run, runs);
  assert.deepEqual(world.replies.get(world.halt("")), { ok: false, refusal: { kind: "nothing_rolls" } });
});

test("rolling: of two, that which is meant is called off, also where another plan has begun it", () => {
  const children = { ...replicas("api", 2), ...replicas("web", 2) };
  const world = worldOf({ children });
  for (const path of ["api.1", "web.1"]) world.script(path, { probe: "not yet" });
  const other = replicas("api", 2, { ...PROBED, argv: ["/bin/other"] });
  const applied = world.apply(planOf({ children: { ...children, ...other } }), true);
  const rolled = world.restartRolling("web.1", "web.2");
  world.advance(1_000);
  world.halt("api.1", "api.2");
  assert.equal(world.replies.get(applied)?.refusal?.kind, "roll_halted");
  assert.equal(world.replies.get(rolled), undefined);
  for (const path of ["api.1", "web.1"]) world.script(path, { probe: null });
  world.advance(60_000);
  assert.deepEqual(world.replies.get(rolled), { ok: true, refusal: null });
  assert.deepEqual(world.actor("api.2").starts, 1, "it goes on as it was");
});

test("rolling: what stops it is said, with what it has left as it was", () => {
  for (const [trouble, { act, then }] of Object.entries(TROUBLES)) {
    const world = worldOf({ children: replicas("api", 3, { ...PROBED, startTimeoutMs: 30_000 }) });
    world.script("api.1", { probe: "not yet" });
    const request = world.restartRolling("api.1", "api.2", "api.3");
    const runs = world.processOf("api.2")!.run;
    act(world);
    const reply = world.replies.get(request)!;
    assert.equal(reply.ok, false, trouble);
    assert.equal(reply.refusal?.kind, "roll_halted", trouble);
    const { why, left } = reply.refusal as unknown as { why: { why?: unknown }; left: unknown };
    const { why: _, ...about } = why;
    assert.deepEqual({ ...about, left }, then, trouble);
    if (trouble !== "its tree goes down") assert.equal(world.processOf("api.2")!.run, runs, trouble);
    assert.deepEqual(world.take("#roll_halted"), ["#roll_halted "], trouble);
  }
});

test("rolling: while another replica is down after a crash nobody is stopped, until one is ready again", () => {
  const world = worldOf({ children: replicas("api", 2) });
  const request = world.restartRolling("api.1", "api.2");
  // The first has another run by now, and the second its turn.
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
  world.script("api.1", { probe: "not yet" });
  world.take();
  world.exits("api.1", 1);
  const second = world.restartRolling("api.2");
  world.advance(5_000);
  assert.deepEqual(world.take("signal"), []);
  world.script("api.1", { probe: null });
  world.advance(5_000);
  assert.deepEqual(world.take("signal"), ["signal api.2"]);
  assert.deepEqual(world.replies.get(second), { ok: true, refusal: null });
});

test("rolling: those that are not ready come first, also those that are down", () => {
  const world = worldOf({ children: replicas("api", 3) });
  world.stop("api.3");
  world.script("api.2", { probe: "not yet" });
  world.exits("api.2", 1);
  world.script("api.3", { probe: "not yet" });
  world.take();
  const request = world.restartRolling("api.1", "api.2", "api.3");
  assert.deepEqual(world.take("signal", "spawn"), ["signal api.2", "spawn api.3", "spawn api.2"]);
  for (const path of ["api.2", "api.3"]) world.script(path, { probe: null });
  world.advance(5_000);
  assert.deepEqual(world.take("signal", "spawn"), ["signal api.1", "spawn api.1"]);
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
});

test("rolling: it is refused where nothing else can be ready meanwhile, and nothing is touched", () => {
  const world = worldOf({
    children: {
      ...replicas("api", 2),
      ...replicas("one", 1),
      plain: { daemon: true },
      pool: { children: { x: {} } },
    },
  });
  world.take();
  for (const [path, actor] of [["one.1", "one.1"], ["plain", "plain"], ["pool", "pool/x"]] as const) {
    const request = world.restartRolling("api.1", "api.2", path);
    assert.deepEqual(world.replies.get(request), { ok: false, refusal: { kind: "no_replica", actor } });
  }
  assert.deepEqual(world.take(), ["reply", "reply", "reply"]);
  world.stop("api.2");
  const request = world.restartRolling("api.1");
  assert.deepEqual(world.replies.get(request), {
    ok: false,
    refusal: { kind: "roll_halted", why: { kind: "alone", at: "api.1" }, left: ["api.1"] },
  });
});

test("rolling: one actor after the other, and a failure of one leaves those after it alone", () => {
  const world = worldOf({ children: { ...replicas("api", 2), ...replicas("web", 2) } });
  world.take();
  const done = world.restartRolling("api.1", "api.2", "web.1", "web.2");
  assert.deepEqual(world.take("signal"), ["signal api.1", "signal api.2", "signal web.1", "signal web.2"]);
  assert.deepEqual(world.replies.get(done), { ok: true, refusal: null });
  world.script("api.2", { spawn: { error: "no such file", isFinal: true } });
  const halted = world.restartRolling("api.1", "api.2", "web.1", "web.2");
  assert.deepEqual(world.take("signal"), ["signal api.1", "signal api.2"]);
  assert.equal(world.replies.get(halted)?.ok, false);
});

test("rolling: several at once keep the promise together, and do not restart what the other has restarted since", () => {
  const world = worldOf({ children: replicas("api", 3) });
  world.script("api.1", { probe: "not yet" });
  world.take();
  const first = world.restartRolling("api.1", "api.2", "api.3");
  const second = world.restartRolling("api.1", "api.2", "api.3");
  world.script("api.1", { probe: null });
  world.advance(10_000);
  for (const request of [first, second]) {
    assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
  }
  const stops = world.take("signal");
  assert.deepEqual(stops.filter((line) => line === "signal api.3"), ["signal api.3"], stops.join());
});

test("rolling: one that is to stop, and waits for its turn, is none that is ready", () => {
  const world = worldOf({
    children: { ...replicas("api", 2), web: { daemon: true, needs: { "api.1": "ready" } } },
  });
  world.script("web", { obeys: false });
  world.stop("web");
  world.restartRolling("api.1");
  assert.equal(world.phase("api.1"), "running");
  world.take();
  const second = world.restartRolling("api.2");
  assert.deepEqual(world.take("signal"), []);
  world.advance(20_000);
  assert.deepEqual(world.take("signal"), ["signal api.1", "signal api.2"]);
  assert.deepEqual(world.replies.get(second), { ok: true, refusal: null });
});

test("rolling: what somebody stops meanwhile stays stopped, and the others have their turn", () => {
  const world = worldOf({ children: replicas("api", 3) });
  world.script("api.1", { probe: "not yet" });
  const request = world.restartRolling("api.1", "api.2", "api.3");
  world.stop("api.2");
  world.script("api.1", { probe: null });
  world.advance(5_000);
  assert.deepEqual(world.phases(), { "api.1": "running", "api.2": "stopped", "api.3": "running" });
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
});

test("rolling: another plan in the middle takes its replicas away, and leaves what it has added alone", () => {
  const world = worldOf({ children: replicas("api", 3) });
  world.script("api.1", { probe: "not yet" });
  const request = world.restartRolling("api.1", "api.2", "api.3");
  world.take();
  const { "api.3": _, ...others } = replicas("api", 4);
  world.replan(planOf({ children: others }));
  world.script("api.1", { probe: null });
  world.advance(5_000);
  assert.deepEqual(world.take("spawn"), ["spawn api.4", "spawn api.2"]);
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
});

test("rolling: a later supervisor goes on with it where the last was killed", () => {
  const world = worldOf({ children: replicas("api", 3) });
  world.script("api.1", { probe: "not yet" });
  world.restartRolling("api.1", "api.2", "api.3");
  assert.ok(world.resume());
  world.take();
  world.script("api.1", { probe: null });
  world.advance(10_000);
  assert.deepEqual(world.take(...WHAT), [
    "#ready api.1",
    "signal api.2",
    "spawn api.2",
    "#ready api.2",
    "signal api.3",
    "spawn api.3",
    "#ready api.3",
    "#rolled ",
  ]);
});

const OTHER = { ...PROBED, argv: ["other"] };
const ONE = { daemon: true };

test("rolling: another plan restarts replicas one after the other, and what has no second one at once", () => {
  const world = worldOf({ children: { ...replicas("api", 3), one: ONE } });
  world.script("api.1", { probe: "not yet" });
  world.take();
  const plan = planOf({ children: { ...replicas("api", 3, OTHER), one: { ...ONE, argv: ["other"] } } });
  const request = world.apply(plan, true);
  world.advance(5_000);
  assert.deepEqual(world.take("signal", "spawn"), ["signal one", "signal api.1", "spawn one", "spawn api.1"]);
  assert.equal(world.replies.get(request), undefined);
  world.script("api.1", { probe: null });
  world.advance(5_000);
  assert.deepEqual(world.take("signal", "spawn"), [
    "signal api.2",
    "spawn api.2",
    "signal api.3",
    "spawn api.3",
  ]);
  assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
});

test("rolling: another plan leaves what somebody has stopped as it is, also while that is on its way down", () => {
  for (const isWaiting of [true, false]) {
    const client: ActorSketch = { daemon: true, needs: { "api.2": "ready" } };
    const world = worldOf({ children: { ...replicas("api", 3), client } });
    world.script(isWaiting ? "client" : "api.2", { obeys: false });
    world.stop("client", "api.2");
    world.apply(planOf({ children: { ...replicas("api", 3, OTHER), client } }), true);
    world.advance(60_000);
    const { phase } = world.actor("api.2");
    assert.ok(phase.at === "stopped" && phase.why === "request");
    assert.deepEqual(world.take("spawn").slice(-2), ["spawn api.1", "spawn api.3"]);
  }
});

test("rolling: another plan whose first new replica fails leaves the others as they were, and says so", () => {
  const world = worldOf({ children: replicas("api", 3) });
  world.script("api.1", { probe: "not yet" });
  const request = world.apply(planOf({ children: replicas("api", 3, OTHER) }), true);
  world.take();
  world.exits("api.1", 1);
  const reply = world.replies.get(request)!;
  assert.equal(reply.ok, false);
  assert.deepEqual(reply.refusal?.kind === "roll_halted" && reply.refusal.left, ["api.2", "api.3"]);
  world.script("api.1", { probe: null });
  world.advance(5_000);
  assert.deepEqual(world.take("signal"), []);
  const second = world.apply(planOf({ children: replicas("api", 3, { ...OTHER, argv: ["mended"] }) }), true);
  world.advance(5_000);
  assert.deepEqual(world.take("signal"), ["signal api.1", "signal api.2", "signal api.3"]);
  assert.deepEqual(world.replies.get(second), { ok: true, refusal: null });
});

test("rolling: under another plan a later supervisor, too, restarts one after the other", () => {
  const world = worldOf({ children: replicas("api", 3) });
  world.script("api.1", { probe: "not yet" });
  world.apply(planOf({ children: replicas("api", 3, OTHER) }), true);
  assert.ok(world.resume());
  world.take();
  world.script("api.1", { probe: null });
  world.advance(10_000);
  assert.deepEqual(world.take(...WHAT), [
    "#ready api.1",
    "signal api.2",
    "spawn api.2",
    "#ready api.2",
    "signal api.3",
    "spawn api.3",
    "#ready api.3",
    "#rolled ",
  ]);
});
