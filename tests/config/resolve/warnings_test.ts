import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { problemsOf } from "../compiling.ts";

test("warnings: a significant daemon that is always restarted never ends its tree", () => {
  const withLines = (lines: string, mode = "fail_child") =>
    problemsOf(`on_failure = "${mode}"\n[actors.a]\nexec = "x"\nsignificant = true\n${lines}`);
  const expected = ['significant-never-ends 4:15 "a" is always restarted, so that it never ends its tree'];
  assert.deepEqual(withLines("daemon = true", "escalate"), expected);
  assert.deepEqual(withLines("daemon = true\nintensity = 'unlimited'"), expected);
  for (
    const lines of [
      "",
      // It may be restarted too often.
      "daemon = true",
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

test("warnings: an intensity of one actor needs restarts that are counted by themselves", () => {
  const withLines = (tree: string, actor: string) =>
    problemsOf(`${tree}\n[actors.a]\nexec = "x"\ndaemon = true\n${actor}\nintensity = { restarts = 1 }`);
  const counted = [
    'intensity-without-effect 6:1 the intensity of "a" has no effect: the restarts of all children of its tree are counted together',
  ];
  for (const tree of ["on_failure = 'escalate'", "on_failure = 'stop'", "strategy = 'one_for_all'"]) {
    assert.deepEqual(withLines(tree, ""), counted, tree);
  }
  for (const tree of ["", "on_failure = 'fail_child'"]) assert.deepEqual(withLines(tree, ""), [], tree);
  assert.deepEqual(withLines("", "restart = 'never'"), [
    'intensity-without-effect 6:1 the intensity of "a" has no effect: it is never restarted',
  ]);
  assert.deepEqual(
    problemsOf(
      "on_failure = 'stop'\n[defaults]\nintensity = 'unlimited'\n[actors.a]\nexec = 'x'\ndaemon = true",
    ),
    [],
  );
});
