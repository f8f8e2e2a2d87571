import assert from "node:assert/strict";
import type { TreeEvent } from "../../lib/supervision/event.ts";
import type { Entry } from "../../lib/supervision/journal_entry.ts";
import { step } from "../../lib/supervision/step.ts";
import { viewOf } from "../../lib/supervision/view.ts";
import { describeWhy } from "../../lib/words/describe_why.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";

const DAEMON = { daemon: true } as const;
const ASKER = { uid: 1_000, user: "alice", pid: 123 };

/** The first entry that an event leads to. */
function firstEntry(world: World, event: TreeEvent): Entry {
  const { effects } = step(world.state, event, world.now);
  return effects.flatMap((effect) => effect.type === "record" ? [effect.entry] : [])[0]!;
}

function why(world: World, path: string): string {
  const view = viewOf(world.state, world.state.nodes.get(world.id(path))!, world.now);
  return describeWhy(view.why!);
}

test("asker: who has asked is in the journal, and who has stopped an actor is known as long as it is stopped", () => {
  const world = new World(planOf({ children: { a: DAEMON, pool: { children: { b: DAEMON } } } })).begin();
  const ids = (...paths: string[]) => paths.map((path) => world.id(path));
  const stop: TreeEvent = { type: "stop_requested", request: null, nodes: ids("a", "pool"), asker: ASKER };
  assert.deepEqual(firstEntry(world, stop).data, { verb: "stop", paths: ids("a", "pool"), asker: ASKER });
  world.send(stop);
  assert.equal(why(world, "a"), "stopped by alice (pid 123) with `stop`");
  assert.equal(why(world, "pool"), "stopped by alice (pid 123) with `stop`");
  assert.equal(why(world, "pool/b"), "stopped with its tree");
  assert.ok(world.resume());
  assert.equal(why(world, "a"), "stopped by alice (pid 123) with `stop`");
  world.start(["a"]);
  world.stop("a");
  assert.equal(why(world, "a"), "stopped by hand");
});

test("asker: a plan says who has applied it, and how", () => {
  const world = new World(planOf({ children: { a: DAEMON } })).begin();
  const plan = planOf({ children: { a: DAEMON, b: DAEMON } });
  const entry = firstEntry(world, {
    type: "plan_given",
    request: null,
    plan,
    rolling: false,
    verb: "scale",
    asker: ASKER,
  });
  assert.equal(entry.event, "planned");
  assert.deepEqual(entry.data, {
    added: ["b"],
    removed: [],
    outdated: [],
    changed: [],
    verb: "scale",
    asker: ASKER,
  });
});

test("asker: a plan has removed what leaves by it, and nothing that still leaves by an earlier one", () => {
  const world = new World(planOf({
    children: { a: DAEMON, b: DAEMON, pool: { children: { c: DAEMON } } },
  })).begin();
  for (const path of ["a", "b", "pool/c"]) world.script(path, { obeys: false });
  const removedBy = (children: Parameters<typeof planOf>[0]["children"]) => {
    const given = { type: "plan_given", request: null, plan: planOf({ children }), rolling: false } as const;
    const entry = firstEntry(world, given);
    world.send(given);
    return entry.event === "planned" ? entry.data.removed : null;
  };
  assert.deepEqual(removedBy({ b: DAEMON, pool: { children: { c: DAEMON } } }), ["a"]);
  assert.deepEqual(removedBy({ b: DAEMON }), ["pool", "pool/c"]);
});

test("signal: it goes to what has a process, begins no stop, and an end that it brings is one like any other", () => {
  const world = new World(planOf({
    children: {
      a: { ...DAEMON, restart: "always" },
      pool: { children: { b: DAEMON } },
      off: { autostart: false },
    },
  })).begin();
  world.take();
  const nodes = ["a", "pool", "off"].map((path) => world.id(path));
  world.send({ type: "signal_requested", request: 7, nodes, signal: "SIGHUP", toAll: true });
  assert.deepEqual(world.take(), ["#requested ", "tell a", "tell pool/b", "reply"]);
  assert.deepEqual(world.phases(), { a: "running", pool: "up", "pool/b": "running", off: "inactive" });
  world.exits("a", "SIGHUP");
  assert.equal(world.state.nodes.get(world.id("a"))!.restarts, 1);
  world.send({
    type: "signal_requested",
    request: 8,
    nodes: [world.id("off")],
    signal: "SIGHUP",
    toAll: false,
  });
  assert.deepEqual(world.replies.get(8), { ok: false, refusal: { kind: "nothing_runs" } });
});
