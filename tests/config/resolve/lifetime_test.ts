import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { treeOf } from "../compiling.ts";

const DAEMON = "exec = 'x'\ndaemon = true\n";
const ONE_SHOT = "exec = 'x'\n";

test("lifetimes: a tree serves forever if it holds a daemon and nothing significant ends it", () => {
  const cases: [string, boolean][] = [
    [`[trees.t.actors.a]\n${ONE_SHOT}`, false],
    [`[trees.t.actors.a]\n${DAEMON}`, true],
    [`[trees.t.actors.a]\n${DAEMON}[trees.t.actors.b]\n${ONE_SHOT}`, true],
    [`[trees.t.actors.a]\n${DAEMON}autostart = false\n`, false],
    [`[trees.t.actors.a]\n${DAEMON}[trees.t.actors.b]\n${ONE_SHOT}significant = true\n`, false],
    [
      `[trees.t]\nauto_shutdown = 'never'\n[trees.t.actors.a]\n${DAEMON}[trees.t.actors.b]\n${ONE_SHOT}significant = true\n`,
      true,
    ],
    [`[trees.t.trees.u.actors.a]\n${DAEMON}`, true],
    [
      `[trees.t.trees.u.actors.a]\n${DAEMON}[trees.t.trees.u.actors.b]\n${ONE_SHOT}significant = true\n`,
      false,
    ],
    [`[trees.t.trees.u]\nsignificant = true\n[trees.t.trees.u.actors.a]\n${DAEMON}`, false],
    ["[trees.t]\n[actors.x]\nexec = 'x'", false],
  ];
  for (const [text, isDaemon] of cases) {
    const { daemon, restart } = treeOf(text, "t");
    assert.deepEqual([daemon, restart], [isDaemon, isDaemon ? "always" : "never"], text);
  }
});

test("lifetimes: the root is never restarted, and other trees as the file says", () => {
  const text = `[trees.t]\nrestart = 'on-failure'\n[trees.t.actors.a]\n${DAEMON}`;
  assert.deepEqual([treeOf(text, "").daemon, treeOf(text, "").restart], [true, "never"]);
  assert.equal(treeOf(text, "t").restart, "on-failure");
});
