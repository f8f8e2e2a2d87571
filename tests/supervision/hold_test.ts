import assert from "node:assert/strict";
import { SETTLE_MS } from "../../lib/supervision/goals.ts";
import { offeredIn } from "../../lib/supervision/hold.ts";
import { viewsOf } from "../../lib/supervision/view.ts";
import { describeWhy } from "../../lib/words/describe_why.ts";
import { planOf, type TreeSketch } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";

const STOPS = ["cancel", "signal", "kill_all"] as const;
const PROBED = { probe: { type: "file", path: "/x" } as const, intervalMs: 100 };

function worldOf(children: TreeSketch["children"], more: Partial<TreeSketch> = {}): World {
  return new World(planOf({ ...more, children })).begin();
}

function offered(world: World): number | null {
  return offeredIn(world.state)?.id ?? null;
}

function reasonOf(world: World, path: string): string | null {
  const { why } = viewsOf(world.state, world.now).get(world.id(path))!;
  return why === null ? null : describeWhy(why);
}

test("hold: crashes are offered one at a time in the order in which they came, and recorded when they are", () => {
  const world = worldOf({ a: { daemon: true }, b: { daemon: true } });
  world.take();
  const crashes = [world.holds("a"), world.holds("b"), world.holds("a", "Error", "/worker")] as const;
  assert.equal(offered(world), crashes[0]);
  world.letGo(crashes[0]);
  assert.equal(offered(world), crashes[1]);
  world.letGo(crashes[1]);
  assert.equal(offered(world), crashes[2]);
  world.letGo(crashes[2]);
  assert.equal(offered(world), null);
  const seen = world.take("#held", "#released");
  assert.deepEqual(seen, ["#held a", "#released a", "#held b", "#released b", "#held a", "#released a"]);
});

test("hold: one that is let go before it was offered is not spoken of", () => {
  const world = worldOf({ a: { daemon: true }, b: { daemon: true } });
  const first = world.holds("a");
  const second = world.holds("b");
  world.take();
  world.letGo(second);
  assert.equal(offered(world), first);
  assert.deepEqual(world.take("#held", "#released"), []);
});

test("hold: a held actor is still what it was, and its reason says what it is held for", () => {
  const world = worldOf({ a: { daemon: true }, b: { daemon: true, ready: PROBED } });
  world.script("b", { probe: "silent" });
  world.restart("b");
  const crash = world.holds("a", "RangeError: too far\n    at f (/a.ts:1:1)");
  world.holds("b", "TypeError: no module");
  assert.deepEqual(world.phases(), { a: "running", b: "starting" });
  assert.equal(reasonOf(world, "a"), "held for inspection: RangeError: too far");
  assert.equal(reasonOf(world, "b"), "held for inspection: TypeError: no module");
  world.letGo(crash);
  assert.equal(reasonOf(world, "a"), null);
});

test("hold: a stop and a restart of a held actor wait until its last crash is let go", () => {
  for (const verb of ["stop", "restart"] as const) {
    const world = worldOf({ a: { daemon: true } });
    const crashes = [world.holds("a"), world.holds("a")];
    world.take();
    const request = world[verb]("a");
    world.advance(60_000);
    world.letGo(crashes[1]!);
    assert.deepEqual(world.take(...STOPS), [], verb);
    assert.equal(reasonOf(world, "a"), "held for inspection: RangeError: no");
    world.letGo(crashes[0]!);
    assert.deepEqual(world.take(...STOPS), ["signal a"], verb);
    assert.equal(world.phase("a"), verb === "stop" ? "stopped" : "running");
    world.advance(SETTLE_MS);
    assert.deepEqual(world.replies.get(request), { ok: true, refusal: null });
  }
});

test("hold: time for which a crash is held counts neither for the start nor for the run", () => {
  const times = { startTimeoutMs: 1_000, runTimeoutMs: 1_000 };
  const world = worldOf({ run: { ...times }, start: { ...times, daemon: true, ready: PROBED } });
  world.script("start", { probe: "silent" });
  world.restart("start");
  world.advance(600);
  const crashes = [world.holds("run"), world.holds("start")];
  world.advance(60_000);
  assert.deepEqual(world.phases(), { run: "running", start: "starting" });
  for (const crash of crashes) world.letGo(crash);
  world.advance(399);
  assert.deepEqual(world.phases(), { run: "running", start: "starting" });
  world.take();
  world.advance(1);
  assert.deepEqual(world.take("#timed_out").sort(), ["#timed_out run", "#timed_out start"]);
});

test("hold: a down is refused while a crash is held, also one that nobody is answered", () => {
  const world = worldOf({ a: { daemon: true } });
  world.holds("a", "Error: no", "/worker");
  world.take();
  world.send({ type: "down_requested", request: 77, cause: "interrupt", withinMs: 5_000 });
  assert.deepEqual(world.replies.get(77), {
    ok: false,
    refusal: { kind: "crash_held", actor: "a/worker", pid: 1_001, report: "Error: no" },
  });
  assert.deepEqual(world.take(), ["reply"]);
  world.down("terminate");
  assert.deepEqual(world.take(), ["#refused "]);
  assert.equal(world.phase("a"), "running");
});

test("hold: a down that is not refused is answered at once", () => {
  const world = worldOf({ a: { daemon: true } });
  world.script("a", { obeys: false });
  world.send({ type: "down_requested", request: 77, cause: "down", withinMs: null });
  assert.deepEqual(world.replies.get(77), { ok: true, refusal: null });
  assert.equal(world.outcome, null);
});

test("hold: when nobody is left who owns the tree, it goes down, after what is held has been let go", () => {
  const world = worldOf({
    db: { daemon: true },
    a: { daemon: true, needs: { db: "ready" } },
    b: { daemon: true },
  });
  const crash = world.holds("a");
  world.take();
  world.down("client_lost");
  world.advance(3_600_000);
  assert.deepEqual(world.take(...STOPS), ["signal b"]);
  assert.deepEqual(world.phases(), { db: "running", a: "running", b: "stopped" });
  world.letGo(crash);
  assert.deepEqual(world.take(...STOPS), ["signal a", "signal db"]);
  assert.deepEqual(world.outcome, { kind: "cancelled", cause: "client_lost" });
});

test("hold: the deadlines of a teardown stand still, for those that stop meanwhile, too", () => {
  const shutdown = { shutdownMs: 10_000 };
  const world = worldOf({ a: { daemon: true }, b: { daemon: true } }, shutdown);
  for (const path of ["a", "b"]) world.script(path, { obeys: false });
  const crash = world.holds("a");
  world.advance(60_000);
  world.take();
  world.down("client_lost");
  world.advance(9_999);
  assert.deepEqual(world.take(...STOPS), ["signal b"]);
  world.advance(1);
  assert.deepEqual(world.take(...STOPS), ["kill_all b"]);
  world.letGo(crash);
  assert.deepEqual(world.take(...STOPS), ["signal a"]);
  world.exhaust();
  assert.equal(world.now, 80_000);
});

test("hold: a down that is forced lets all go and kills, also what is held only then", () => {
  const world = worldOf({ a: { daemon: true }, b: { daemon: true, needs: { a: "ready" } } });
  for (const path of ["a", "b"]) world.script(path, { obeys: false, leaves: "stubborn" });
  world.holds("a");
  world.holds("b");
  world.take();
  world.down("down", 0);
  assert.deepEqual(world.take("let_go", ...STOPS), ["let_go a", "let_go b", "signal b"]);
  assert.equal(world.state.holding, null);
  world.holds("a");
  assert.deepEqual(world.take("let_go"), ["let_go a"]);
  world.exhaust();
  assert.equal(world.now, 0);
  assert.ok(world.outcome);
});

test("hold: what is being stopped is not held", () => {
  const world = worldOf({ a: { daemon: true } });
  world.script("a", { obeys: false });
  world.stop("a");
  world.holds("a");
  assert.deepEqual(world.take("let_go", "#held"), ["let_go a"]);
  assert.equal(world.state.holding, null);
});

test("hold: a held actor that dies is let go of, and the next crash is offered", () => {
  const world = worldOf({ a: { daemon: true }, b: { daemon: true } });
  world.holds("a");
  const second = world.holds("b");
  world.take();
  world.exits("a", "SIGKILL");
  assert.equal(offered(world), second);
  assert.equal(world.phase("a"), "running");
  assert.deepEqual(world.take("#held", "#released", "#restarted"), ["#restarted a", "#held b"]);
});

test("hold: a sibling that takes a held actor along waits for it", () => {
  const world = worldOf({ a: { daemon: true }, b: { daemon: true } }, { strategy: "one_for_all" });
  const crash = world.holds("a");
  world.exits("b", 1);
  assert.deepEqual(world.phases(), { a: "running", b: "regrouping" });
  world.advance(60_000);
  world.letGo(crash);
  assert.deepEqual(world.phases(), { a: "running", b: "running" });
  assert.deepEqual(world.take("spawn").slice(2), ["spawn a", "spawn b"]);
});

test("hold: under another supervisor, too, no deadline counts the time for which a crash was held", () => {
  const child = { daemon: true, runTimeoutMs: 100_000 };
  const world = worldOf({
    pool: { shutdownMs: 10_000, children: { a: child, b: child } },
    z: { daemon: true },
  });
  for (const path of ["pool/a", "pool/b"]) world.script(path, { obeys: false });
  const [first] = [world.holds("pool/b"), world.advance(10_000), world.holds("pool/a")];
  world.advance(30_000);
  world.stop("pool");
  world.letGo(first);
  world.advance(50_000);
  world.take();
  assert.equal(world.resume(), true);
  assert.deepEqual(world.take(...STOPS).filter((effect) => effect.startsWith("kill")), []);
  world.advance(9_999);
  assert.deepEqual(world.take("kill_all"), []);
  assert.equal(world.phase("pool/a"), "stopping");
  world.advance(1);
  assert.deepEqual(world.take("kill_all"), ["kill_all pool/a"]);
});

test("hold: under another supervisor, too, a run is not charged for the time for which its crash was held", () => {
  const world = worldOf({ a: { daemon: true, runTimeoutMs: 10_000 }, z: { daemon: true } });
  world.holds("a");
  world.advance(60_000);
  assert.equal(world.resume(), true);
  world.advance(9_999);
  assert.deepEqual(world.take("#timed_out"), []);
  world.advance(1);
  assert.deepEqual(world.take("#timed_out"), ["#timed_out a"]);
});
