import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { actorOf, adviceOf, problemsOf } from "../compiling.ts";

const withLines = (lines: string) => `[actors.a]\nexec = "x"\n${lines}`;

test("health: a check has every default filled in, and one that is said", () => {
  assert.equal(actorOf(withLines(""), "a").health, null);
  assert.deepEqual(actorOf(withLines(`health = { tcp = "127.0.0.1:1" }`), "a").health, {
    probe: { type: "tcp", host: "127.0.0.1", port: 1 },
    watchdogMs: null,
    intervalMs: 10_000,
    timeoutMs: 5_000,
    retries: 3,
    startPeriodMs: 0,
    onFailure: "restart",
  });
  const { probe, watchdogMs, onFailure } = actorOf(
    withLines(`health = { watchdog = "2s", on_failure = "ignore" }`),
    "a",
  ).health!;
  assert.deepEqual([probe, watchdogMs, onFailure], [null, 2_000, "ignore"]);
});

test("health: a table has exactly one check", () => {
  assert.deepEqual(adviceOf(withLines("health = { interval = '1s' }")), {
    message: "a health table without a check",
    expected: "one of tcp, http, exec or watchdog",
    hint: null,
  });
  assert.deepEqual(problemsOf(withLines("health = { watchdog = '1s', tcp = 'h:1' }")), [
    'bad-probe 3:29 "tcp" is a second check, beside "watchdog"',
  ]);
});

test("health: what has no check is never healthy, and a tree is when it is ready", () => {
  const other = (lines: string) => `${lines}\n[actors.b]\nexec = "x"\ndepends_on = { a = "healthy" }`;
  assert.deepEqual(adviceOf(other(withLines(""))), {
    message: 'nobody finds out whether "a" is healthy: it has no `health`',
    expected: '"ready" or "started"',
    hint: 'or give "a" a health check',
  });
  assert.deepEqual(actorOf(other(withLines("health.tcp = 'h:1'")), "b").dependsOn, [{
    on: "a",
    condition: "healthy",
  }]);
  assert.deepEqual(actorOf(other("[trees.a.actors.c]\nexec = 'x'"), "b").dependsOn, [{
    on: "a",
    condition: "ready",
  }]);
});
