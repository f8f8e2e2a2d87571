import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { problemsOf, treeOf } from "../compiling.ts";

const SUPERVISOR: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ["strategy = 'rest_for_one'", { strategy: "rest_for_one" }],
  ["intensity = { restarts = 0 }", { intensity: { restarts: 0, withinMs: 30_000 } }],
  ["intensity = { within = '1m' }", { intensity: { restarts: 5, withinMs: 60_000 } }],
  ["on_failure = 'stop'", { onFailure: "stop" }],
  ["auto_shutdown = 'all_significant'", { autoShutdown: "all_significant" }],
  ["shutdown = '1m'", { shutdownMs: 60_000 }],
  ["start = 'sequential'", { start: "sequential" }],
  ["concurrency = 3", { concurrency: 3 }],
  ["on_supervisor_death = 'die'", {}],
];

const NESTED: typeof SUPERVISOR = [
  ["significant = true", { significant: true }],
  ["restart = 'on-failure'", { restart: "on-failure" }],
  ["backoff = { factor = 3.5 }", {
    backoff: { initialMs: 100, maxMs: 30_000, factor: 3.5, jitter: 0.1, resetAfterMs: 10_000 },
  }],
  ["depends_on = ['b']", { dependsOn: [{ on: 1, condition: "completed" }] }],
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
