/** Scripts by chance: each line means something, and a sound file gets through all of them. */
import assert from "node:assert/strict";
import { seeded } from "../../../lib/base/chance.ts";
import type { NodeId } from "../../../lib/config/plan.ts";
import { checkScript } from "../../../lib/simulation/check_script.ts";
import { isFair } from "../../../lib/simulation/explore/fair.ts";
import { groundOf } from "../../../lib/simulation/explore/ground.ts";
import { randomScript } from "../../../lib/simulation/explore/random_script.ts";
import { isRunLine, type ScriptLine } from "../../../lib/simulation/script.ts";
import { planOf } from "../../harness/plan.ts";
import { test } from "../../harness/test.ts";

const GROUND = groundOf(planOf({
  children: {
    migrate: {},
    db: {
      daemon: true,
      ready: { probe: { type: "tcp", host: "127.0.0.1", port: 5 }, intervalMs: 100 },
      hooks: { commands: { pre_start: ["a"], post_stop: ["b"] }, timeoutMs: 5_000 },
    },
    jobs: { children: { one: { restart: "on-failure" }, two: { daemon: true } } },
    idle: { daemon: true, autostart: false },
  },
}));
const SCRIPTS = Array.from({ length: 2_000 }, (_, seed) => randomScript(GROUND, seeded(seed)));
const path = (text: string) => text as NodeId;
const once = { from: 1, count: 1 };

test("random script: the same seed draws the same script", () => {
  assert.deepEqual(randomScript(GROUND, seeded(7)), SCRIPTS[7]);
  assert.notDeepEqual(randomScript(GROUND, seeded(8)), SCRIPTS[7]);
});

test("random script: each line means something, and is about what runs", () => {
  for (const script of SCRIPTS) {
    assert.deepEqual(checkScript(GROUND.plan, script), []);
    assert.ok(!JSON.stringify(script).includes("idle"), "nobody starts it");
  }
});

test("random script: all kinds of lines are drawn", () => {
  const kinds = new Set(SCRIPTS.flat().map(({ kind }) => kind));
  assert.deepEqual([...kinds].toSorted(), [
    "exit",
    "hang",
    "hook",
    "kill_supervisor",
    "missing",
    "request",
    "slow",
    "stop",
  ]);
  const verbs = SCRIPTS.flat().flatMap((line) => line.kind === "request" ? [line.request.verb] : []);
  assert.deepEqual([...new Set(verbs)].toSorted(), ["down", "reset", "restart", "start", "stop"]);
});

test("random script: it is fair, whatever was drawn", () => {
  for (const script of SCRIPTS) assert.ok(isFair(GROUND, script, 3), JSON.stringify(script));
  for (let seed = 0; seed < 500; seed += 1) {
    const script = randomScript(GROUND, seeded(seed), { faults: 0 });
    assert.ok(isFair(GROUND, script, 0), JSON.stringify(script));
  }
});

test("random script: tasks that nobody starts again do not fail", () => {
  const failing = SCRIPTS.flat().filter(isRunLine).filter((line) =>
    line.path === "migrate" && line.kind !== "slow" && line.kind !== "stop"
  );
  assert.deepEqual(failing, []);
});

test("fair script: what no file gets through is not asked of it", () => {
  const request = (atMs: number, verb: "stop" | "start") =>
    ({ kind: "request", atMs, request: { verb, paths: [path("db")] } }) as const;
  const death = { kind: "kill_supervisor", atMs: 1_000, forMs: 1_000 } as const;
  const down = (atMs: number) => ({ kind: "request", atMs, request: { verb: "down" } }) as const;
  const crash = (count: number) =>
    ({ kind: "exit", path: path("db"), runs: { from: 1, count }, atMs: 0, how: 1 }) as const;
  const fair: readonly (readonly ScriptLine[])[] = [
    [],
    [crash(3)],
    [request(1, "stop"), request(2, "start")],
    [death, down(3_000)],
    [death, request(5, "stop"), request(5_000, "start")],
  ];
  const unfair: readonly (readonly ScriptLine[])[] = [
    [crash(4)],
    [crash(2), { kind: "missing", path: path("jobs/two"), runs: { from: 1, count: 2 } }],
    [{ kind: "exit", path: path("migrate"), runs: once, atMs: 0, how: 1 }],
    [{ kind: "slow", path: path("db"), runs: { from: 1, count: Infinity }, ms: 30_000 }],
    [{ kind: "hang", path: path("jobs/one"), runs: once, atMs: 0 }],
    [death, request(900, "stop"), request(1_500, "start")],
    [down(1), death],
    [down(1), request(2, "start")],
  ];
  for (const script of fair) assert.ok(isFair(GROUND, script, 3), JSON.stringify(script));
  for (const script of unfair) assert.ok(!isFair(GROUND, script, 3), JSON.stringify(script));
});
