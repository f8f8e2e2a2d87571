/** Courses that break a promise are seen to: each test spoils one that keeps all of them. */
import assert from "node:assert/strict";
import type { NodeId } from "../../../lib/config/plan.ts";
import { explore } from "../../../lib/simulation/explore/explore.ts";
import { groundOf } from "../../../lib/simulation/explore/ground.ts";
import { brokenHope } from "../../../lib/simulation/explore/hopes.ts";
import { brokenPromise } from "../../../lib/simulation/explore/promises.ts";
import type { ScriptLine } from "../../../lib/simulation/script.ts";
import { type Simulated, simulateTrace } from "../../../lib/simulation/simulate.ts";
import type { Change, TimedEntry } from "../../../lib/simulation/trace.ts";
import { planOf, type TreeSketch } from "../../harness/plan.ts";
import { test } from "../../harness/test.ts";

const path = (text: string) => text as NodeId;
const SHOP: TreeSketch = {
  children: { db: { daemon: true }, web: { daemon: true, needs: { db: "ready" }, stop: { graceMs: 5_000 } } },
};
const SCRIPT: readonly ScriptLine[] = [
  { kind: "exit", path: path("db"), runs: { from: 1, count: 2 }, atMs: 1_000, how: 1 },
  { kind: "request", atMs: 60_000, request: { verb: "restart", paths: [path("web")] } },
  { kind: "request", atMs: 120_000, request: { verb: "down" } },
];
const SOUND = simulateTrace(planOf(SHOP), SCRIPT);

/** The promise that a course breaks. */
function brokenIn(spoilt: Partial<Simulated>, script = SCRIPT): string | null {
  const broken = brokenPromise({ ...SOUND, ...spoilt }, script);
  return broken === null ? null : `${broken.path}: ${broken.name}`;
}

function withChanges(change: (one: Change) => Change | null): Partial<Simulated> {
  return { changes: SOUND.changes.flatMap((one) => change(one) ?? []) };
}

function withEntries(change: (one: TimedEntry) => TimedEntry | null): Partial<Simulated> {
  return { entries: SOUND.entries.flatMap((one) => change(one) ?? []) };
}

test("promises: a sound course keeps all of them", () => assert.equal(brokenIn({}), null));

test("promises: never two processes of an actor", () => {
  const twice = withChanges((one) =>
    one.path === "web" && one.atMs === 60_100 && one.fact.processes === 1
      ? { ...one, fact: { ...one.fact, processes: 2 } }
      : one
  );
  assert.equal(brokenIn(twice), "web: never two processes of an actor");
});

test("promises: states are true", () => {
  const dead = withChanges((one) =>
    one.path === "db" && one.fact.state === "running" ? { ...one, fact: { ...one.fact, processes: 0 } } : one
  );
  assert.equal(brokenIn(dead), "db: states are true");
  const away: readonly ScriptLine[] = [...SCRIPT, { kind: "kill_supervisor", atMs: 0, forMs: 60_000 }];
  assert.notEqual(brokenIn(dead, away), "db: states are true", "nobody says anything then");
});

test("promises: nothing starts before what it depends on", () => {
  const unready = withChanges((one) =>
    one.path === "db" && one.atMs === 0 && one.fact.ready === true
      ? { ...one, fact: { ...one.fact, state: "starting", ready: false } }
      : one
  );
  assert.equal(brokenIn(unready), "web: nothing starts before what it depends on");
});

test("promises: no more restarts than the budget grants", () => {
  const plan = planOf({ ...SHOP, intensity: { restarts: 1, withinMs: 30_000 } });
  assert.equal(brokenIn({ plan }), "db: no more restarts than the budget grants");
});

test("promises: pauses before restarts are kept", () => {
  const hasty = withEntries((one) =>
    one.event === "restarted" ? { ...one, data: { ...one.data, delayMs: 0 } } : one
  );
  assert.equal(brokenIn(hasty), "db: pauses before restarts are kept");
  const early = withEntries((one) =>
    one.event === "started" && one.node === "db" && one.atMs === 2_100 ? { ...one, atMs: 2_050 } : one
  );
  assert.equal(brokenIn(early), "db: pauses before restarts are kept");
});

test("promises: a stop ends within its grace, and a teardown within its time", () => {
  const late = (one: Change) => one.path === "web" && one.atMs === 60_100 ? { ...one, atMs: 65_002 } : one;
  assert.equal(brokenIn(withChanges(late)), "web: a stop ends within its grace");
  assert.equal(brokenIn({ untilMs: 150_002 }), ": a teardown ends within its time");
});

test("promises: nothing is left after the end, and each request is answered", () => {
  const left = { changes: [...SOUND.changes, { ...SOUND.changes.at(-1)!, path: path("db") }] };
  const alive = {
    ...left.changes.at(-1)!,
    fact: { state: "stopping", ready: false, healthy: null, processes: 1 },
  } as const;
  assert.equal(brokenIn({ changes: [...SOUND.changes, alive] }), "db: nothing is left after the end");
  const request = { verb: "restart", paths: [path("web")] } as const;
  assert.equal(brokenIn({ unanswered: [request] }), "web: each request is answered");
});

test("promises: trees of every kind keep them", () => {
  const health = {
    probe: { type: "exec", argv: ["x"] },
    watchdogMs: null,
    intervalMs: 1_000,
    timeoutMs: 1_000,
    retries: 2,
    startPeriodMs: 0,
    onFailure: "restart",
  } as const;
  const ready = { probe: { type: "exec", argv: ["x"] }, intervalMs: 100 } as const;
  const children: TreeSketch["children"] = {
    task: { restart: "on-failure" },
    db: { daemon: true, ready, health, needs: { task: "completed" } },
    pool: {
      strategy: "rest_for_one",
      intensity: { restarts: 1, withinMs: 10_000 },
      needs: { db: "healthy" },
      children: {
        one: { daemon: true, ready, hooks: { commands: { pre_start: ["x"] }, timeoutMs: 5_000 } },
        two: { daemon: true, needs: { "pool/one": "started" }, stop: { graceMs: 20_000 } },
      },
    },
    last: { significant: true, needs: { pool: "ready" } },
  };
  for (const strategy of ["one_for_one", "one_for_all", "rest_for_one"] as const) {
    for (const onSupervisorDeath of ["die", "survive"] as const) {
      for (const start of ["parallel", "sequential"] as const) {
        const plan = planOf({ children, strategy, onSupervisorDeath, start, shutdownMs: 10_000 });
        const exploration = explore(plan, { runs: 40, hopes: [] });
        let step = exploration.next();
        while (step.done !== true) step = exploration.next();
        assert.equal(step.value.found, null, JSON.stringify(step.value.found?.broken));
      }
    }
  }
});

test("promises: a request may wait for what somebody has stopped, and nothing is hoped of that", () => {
  const script: readonly ScriptLine[] = [
    { kind: "request", atMs: 10_000, request: { verb: "stop", paths: [path("db")] } },
    { kind: "request", atMs: 20_000, request: { verb: "restart", paths: [path("web")] } },
  ];
  const ground = groundOf(planOf(SHOP));
  const stopped = simulateTrace(ground.plan, script);
  assert.equal(stopped.unanswered.length, 1);
  assert.equal(brokenPromise(stopped, script), null);
  assert.equal(brokenHope(ground, stopped, new Set(["rests", "recovers"])), null);
});
