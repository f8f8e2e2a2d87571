import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { problemsOf, treeOf } from "../compiling.ts";

const SUPERVISOR: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ["strategy = 'rest_for_one'", { strategy: "rest_for_one" }],
  ["intensity = { restarts = 0 }", { intensity: { restarts: 0, withinMs: 30_000 } }],
  ["intensity = { within = '1m' }", { intensity: { restarts: 5, withinMs: 60_000 } }],
  ["intensity = 'unlimited'", { intensity: "unlimited" }],
  ["on_failure = 'stop'", { onFailure: "stop" }],
  ["on_failure = 'escalate'", { strategy: "one_for_one", onFailure: "escalate" }],
  ["on_failure = 'fail_child'\nstrategy = 'one_for_all'", { onFailure: "fail_child" }],
  ["strategy = 'one_for_one'", { onFailure: "fail_child" }],
  ["strategy = 'one_for_all'", { onFailure: "escalate" }],
  ["strategy = 'rest_for_one'", { onFailure: "escalate" }],
  ["auto_shutdown = 'all_significant'", { autoShutdown: "all_significant" }],
  ["shutdown = '1m'", { shutdownMs: 60_000 }],
  ["start = 'sequential'", { start: "sequential" }],
  ["concurrency = 3", { concurrency: 3 }],
  ["isolate = true", { isolate: true }],
  ["on_supervisor_death = 'die'", { onSupervisorDeath: "die" }],
  ["on_supervisor_death = 'survive'", { onSupervisorDeath: "survive" }],
];

const NESTED: typeof SUPERVISOR = [
  ["significant = true", { significant: true }],
  ["restart = 'on-failure'", { restart: "on-failure" }],
  ["backoff = { factor = 3.5 }", {
    backoff: { initialMs: 100, maxMs: 30_000, factor: 3.5, jitter: 0.1, resetAfterMs: 10_000 },
  }],
  ["depends_on = ['b']", { dependsOn: [{ on: "b", condition: "completed" }] }],
];

function check(text: string, path: string, expected: Readonly<Record<string, unknown>>): void {
  const spec: Readonly<Record<string, unknown>> = { ...treeOf(text, path) };
  for (const [key, value] of Object.entries(expected)) assert.deepEqual(spec[key], value, text);
}

test("supervisor: every key does what the reference says, at the top and in nested trees", () => {
  for (const [line, expected] of SUPERVISOR) {
    check(`${line}\nactors.a.exec = 'x'`, "", expected);
    check(`[trees.t]\n${line}\nactors.a.exec = 'x'`, "t", expected);
  }
});

test("supervisor: a tree fares like the one around it when the supervisor is killed, unless it says so itself", () => {
  const text =
    "on_supervisor_death = 'survive'\n[trees.t]\nactors.a.exec = 'x'\n[trees.u]\non_supervisor_death = 'die'\n" +
    "actors.a.exec = 'x'\n[trees.u.trees.v]\nactors.a.exec = 'x'";
  for (const [path, expected] of [["", "survive"], ["t", "survive"], ["u", "die"], ["u/v", "die"]] as const) {
    assert.equal(treeOf(text, path).onSupervisorDeath, expected, path);
  }
});

test("supervisor: a module in a tree that survives is told of, because it does not", () => {
  const module = "actors.a.module = './m.ts'";
  assert.deepEqual(problemsOf(`on_supervisor_death = 'survive'\n${module}`), [
    'module-dies 2:19 "a" does not survive its supervisor: a module actor ends with its parent',
  ]);
  assert.deepEqual(problemsOf(module), []);
});

test("supervisor: a nested tree is also a child", () => {
  for (const [line, expected] of NESTED) {
    check(`[actors.b]\nexec = 'x'\n[trees.t]\n${line}\nactors.a.exec = 'x'`, "t", expected);
  }
});

test("supervisor: what belongs to one place is refused at the other", () => {
  assert.deepEqual(problemsOf("restart = 'always'\nactors.a.exec = 'x'"), [
    'unknown-key 1:1 unknown key "restart"',
  ]);
  assert.deepEqual(problemsOf("[trees.t]\nname = 'x'\nactors.a.exec = 'x'"), [
    'unknown-key 2:1 unknown key "name"',
  ]);
});

test("supervisor: an intensity is a table, or the one word that it knows", () => {
  const withIntensity = (value: string) => problemsOf(`intensity = ${value}\nactors.a.exec = 'x'`);
  assert.deepEqual(withIntensity("'unlimitted'"), [
    'bad-value 1:13 unknown intensity "unlimitted", did you mean "unlimited"?',
  ]);
  assert.deepEqual(withIntensity("5"), ["wrong-type 1:13 this is an integer, not a table or an intensity"]);
});
