import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { problemsOf } from "../compiling.ts";

test("warnings: a significant daemon that is always restarted never ends its tree", () => {
  const withLines = (lines: string) => problemsOf(`[actors.a]\nexec = "x"\nsignificant = true\n${lines}`);
  assert.deepEqual(withLines("daemon = true"), [
    'significant-never-ends 3:15 "a" is always restarted, so that it never ends its tree',
  ]);
  for (
    const lines of [
      "",
      "daemon = true\nrestart = 'never'",
      "daemon = true\nrestart = 'on-failure'",
      "restart = 'always'",
    ]
  ) {
    assert.deepEqual(withLines(lines), [], lines);
  }
});

test("warnings: a grace is not longer than the teardown of any tree around it", () => {
  const withTimes = (root: string, tree: string, grace: string) =>
    problemsOf(
      `shutdown = "${root}"\n[trees.t]\nshutdown = "${tree}"\nactors.a = { exec = "x", stop.grace = "${grace}" }`,
    );
  assert.deepEqual(withTimes("30s", "20s", "25s"), [
    'grace-exceeds-shutdown 4:39 a grace of 25s is cut short: the tree "t" is torn down in 20s',
  ]);
  assert.deepEqual(withTimes("20s", "30s", "25s"), [
    "grace-exceeds-shutdown 4:39 a grace of 25s is cut short: the whole tree is torn down in 20s",
  ]);
  assert.deepEqual(withTimes("30s", "30s", "30s"), []);
});

test("warnings: a grace that nobody wrote is no reason to warn", () => {
  assert.deepEqual(problemsOf("shutdown = '5s'\nactors.a.exec = 'x'"), []);
});

test("warnings: an actor that is debugged is held when it fails", () => {
  const withDebug = (value: string) => problemsOf(`[actors.a]\nmodule = "a.ts"\ndebug = ${value}`);
  assert.deepEqual(withDebug("true"), [
    'debug-on 3:9 "a" is held for inspection when it fails, and not restarted until it is let go',
  ]);
  assert.deepEqual(withDebug("false"), []);
});
