import assert from "node:assert/strict";
import type { RestartPolicy, Strategy } from "../../lib/config/plan.ts";
import { judge, type Verdict } from "../../lib/supervision/restart_policy.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import type { Rest } from "../../lib/supervision/rest.ts";
import { World } from "../harness/world.ts";

const POLICIES: readonly RestartPolicy[] = ["always", "on-failure", "never"];
const STRATEGIES: readonly Strategy[] = ["one_for_one", "one_for_all", "rest_for_one"];

test("restart policy: every policy, exit and kind of actor has one verdict", () => {
  const table: [RestartPolicy, boolean, boolean, Verdict][] = [
    // policy, success, daemon
    ["always", true, true, "restart"],
    ["always", true, false, "restart"],
    ["always", false, true, "restart"],
    ["always", false, false, "restart"],
    ["on-failure", true, true, "fail"],
    ["on-failure", true, false, "complete"],
    ["on-failure", false, true, "restart"],
    ["on-failure", false, false, "restart"],
    ["never", true, true, "fail"],
    ["never", true, false, "complete"],
    ["never", false, true, "fail"],
    ["never", false, false, "fail"],
  ];
  for (const [policy, success, daemon, verdict] of table) {
    assert.equal(judge(policy, success, daemon), verdict, `${policy} ${success} ${daemon}`);
  }
});

/** How an actor can come to its end. */
const ENDS: Readonly<Record<string, { readonly success: boolean; readonly end: (world: World) => void }>> = {
  "exit 0": { success: true, end: (world) => world.exits("b", 0) },
  "an exit code that counts as success": { success: true, end: (world) => world.exits("b", 7) },
  "exit 1": { success: false, end: (world) => world.exits("b", 1) },
  "SIGSEGV": { success: false, end: (world) => world.exits("b", "SIGSEGV") },
  "a signal that counts as success": { success: true, end: (world) => world.exits("b", "SIGUSR1") },
  "a run that takes too long": { success: false, end: (world) => world.advance(60_000) },
};

test("restart: every policy x exit x strategy decides about the actor and its siblings", () => {
  for (const strategy of STRATEGIES) {
    for (const restart of POLICIES) {
      for (const [name, { success, end }] of Object.entries(ENDS)) {
        const world = new World(planOf({
          strategy,
          children: {
            a: { daemon: true },
            b: { restart, runTimeoutMs: 60_000, successExitCodes: [0, 7], successSignals: ["SIGUSR1"] },
            c: { daemon: true },
          },
        })).begin();
        world.take();
        end(world);
        const spawned = world.take("spawn").map((line) => line.split(" ")[1]);
        const where = `${strategy}, ${restart}, ${name}`;
        if (judge(restart, success, false) === "restart") {
          const expected = {
            one_for_one: ["b"],
            one_for_all: ["a", "b", "c"],
            rest_for_one: ["b", "c"],
          }[strategy];
          assert.deepEqual(spawned, expected, where);
          assert.deepEqual(world.phases(), { a: "running", b: "running", c: "running" }, where);
        } else {
          assert.deepEqual(spawned, [], where);
          const phase = success ? "completed" : "failed";
          assert.deepEqual(world.phases(), { a: "running", b: phase, c: "running" }, where);
        }
      }
    }
  }
});

test("restart: a failed start counts like any failure, by every policy", () => {
  for (const restart of POLICIES) {
    const world = new World(planOf({ children: { a: { daemon: true }, b: { restart } } }));
    world.script("b", { spawn: { error: "no such file" } });
    world.begin();
    world.exhaust();
    if (restart === "never") {
      assert.deepEqual(world.phases(), { a: "running", b: "failed" });
      assert.equal(world.outcome, null);
    } else {
      assert.deepEqual(world.phases(), { a: "running", b: "failed" });
      assert.equal(world.take("spawn").filter((line) => line === "spawn b").length, 6);
    }
  }
});

test("restart: a start that takes too long is stopped and counts as a failure", () => {
  const ready = { probe: { type: "tcp", host: "127.0.0.1", port: 1 }, intervalMs: 100 } as const;
  const world = new World(planOf({ children: { a: { daemon: true, ready, startTimeoutMs: 3_000 } } }));
  world.script("a", { probe: "connection refused" });
  world.begin();
  world.advance(2_999);
  assert.equal(world.phase("a"), "starting");
  world.take();
  world.advance(1);
  assert.deepEqual(world.take("#timed_out", "signal", "#restarted", "spawn"), [
    "#timed_out a",
    "#restarted a",
    "signal a",
    "spawn a",
  ]);
});

test("restart: a daemon that ends well by itself has failed unless its policy restarts it", () => {
  const world = new World(
    planOf({ children: { a: { daemon: true, restart: "never" }, b: { daemon: true } } }),
  );
  world.begin();
  world.exits("a", 0);
  const { phase } = world.state.nodes.get(world.id("a"))!;
  assert.deepEqual(phase, {
    at: "failed",
    reason: { kind: "daemon_ended", exit: { how: "exited", code: 0 }, hadNothingToRead: true },
  });
});

test("restart: what a run left behind is ended before the next run, and before completed counts", () => {
  const world = new World(planOf({
    children: {
      api: { daemon: true },
      job: {},
      after: { needs: { job: "completed" } },
    },
  })).begin();
  for (const path of ["api", "job"]) world.script(path, { leaves: "stubborn" });
  world.exits("api", 1);
  world.exits("job", 0);
  assert.deepEqual(world.phases(), { api: "stopping", job: "stopping", after: "waiting" });
  world.take();
  world.advance(9_999);
  assert.deepEqual(world.take(), []);
  world.advance(1);
  assert.deepEqual(world.take("kill_all", "spawn", "#completed"), [
    "kill_all api",
    "kill_all job",
    "spawn api",
    "#completed job",
    "spawn after",
  ]);
});

test("restart: survivors of SIGKILL make the actor fail, and no second one is started", () => {
  const world = new World(planOf({ children: { api: { daemon: true }, other: { daemon: true } } })).begin();
  world.script("api", { leaves: "immortal" });
  world.exits("api", 1);
  world.take();
  world.advance(60_000);
  assert.deepEqual(world.take("kill_all", "spawn", "close_run"), ["kill_all api", "close_run api"]);
  const { phase } = world.state.nodes.get(world.id("api"))!;
  const processes = [{ pid: 1_001, how: "outlived" }];
  assert.deepEqual(phase, { at: "failed", reason: { kind: "survivors", processes } });
});

test("restart: time alone makes nobody a survivor of SIGKILL: the run is looked at until that is known", () => {
  const rests: readonly (readonly [Rest, string, readonly string[]])[] = [
    [{ found: "ending" }, "stopping", []],
    [{ found: "unknown", why: "EMFILE", isFinal: false }, "stopping", ["#unseen api"]],
    [{ found: "unknown", why: "EMFILE", isFinal: true }, "failed", ["close_run api", "#failed api"]],
    [{ found: "nothing" }, "starting", ["close_run api", "spawn api"]],
    [{ found: "survivors", processes: [{ pid: 7, how: "stuck" }] }, "failed", [
      "close_run api",
      "#failed api",
    ]],
  ];
  for (const [rest, phase, told] of rests) {
    const world = new World(planOf({ children: { api: { daemon: true }, other: { daemon: true } } })).begin();
    world.script("api", { leaves: "lost" });
    const { node, run } = world.processOf("api")!;
    world.exits("api", 1);
    world.advance(10_000);
    assert.deepEqual(world.take("kill_all", "look"), ["kill_all api"]);
    world.advance(60_000);
    assert.equal(world.phase("api"), "stopping");
    assert.deepEqual([...new Set(world.take("look"))], ["look api"]);
    world.script("api", { leaves: "nothing", spawn: "silent" });
    world.send({ type: "looked", node, run, rest });
    assert.deepEqual([rest, world.phase("api")], [rest, phase]);
    assert.deepEqual(world.take("#unseen", "#failed", "close_run", "spawn"), told);
  }
});

test("restart: a look that comes late, when the run is over, changes nothing", () => {
  const world = new World(planOf({ children: { api: { daemon: true }, other: { daemon: true } } })).begin();
  const { node, run } = world.processOf("api")!;
  world.send({ type: "looked", node, run, rest: { found: "nothing" } });
  assert.equal(world.phase("api"), "running");
  world.stop("api");
  world.send({ type: "looked", node, run, rest: { found: "survivors", processes: [] } });
  assert.equal(world.phase("api"), "stopped");
});

test("restart: a start that would fail in the same way again is not tried again, whatever the policy", () => {
  for (const restart of POLICIES) {
    const world = new World(planOf({ children: { a: { daemon: true }, b: { restart, daemon: true } } }));
    world.script("b", { spawn: { error: "no such user", isFinal: true } });
    world.begin();
    assert.equal(world.phase("b"), "failed", restart);
    assert.deepEqual(world.take("#start_failed", "#restarted"), ["#start_failed b"]);
    world.script("b", { spawn: "ok" });
    world.start(["b"]);
    assert.equal(world.phase("b"), "running", restart);
  }
});
