/** Commands around the runs of real programs, and what becomes of all that they start. */
import assert from "node:assert/strict";
import { e2e } from "../harness/supervise.ts";

const SHELL = (text: string) => JSON.stringify(["/bin/sh", "-c", text]);

e2e("hooks: each runs in its place, as the actor does, and is told about the run", async (sandbox) => {
  sandbox.config(`
    [actors.a]
    shell = "trap 'exit 3' TERM; echo up; sleep 1000 & wait"
    daemon = true
    ready = { log = "up" }
    env = { LEVEL = "info" }
    [actors.a.hooks]
    pre_start = ${SHELL("echo $SUPERVISE_HOOK $LEVEL $SUPERVISE_ACTOR")}
    post_start = ${
    SHELL('touch started; test -n "$SUPERVISE_PID" && kill -0 $SUPERVISE_PID && echo post_start')
  }
    pre_stop = ${SHELL("kill -0 $SUPERVISE_PID && echo pre_stop")}
    post_stop = ${SHELL("echo post_stop $SUPERVISE_EXIT")}
  `);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  assert.equal((await sandbox.supervise("stop", "a")).code, 0);
  const { stdout } = await sandbox.supervise("logs", "a");
  const lines = stdout.trim().split("\n").map((line) => line.slice(line.indexOf("| ") + 2));
  assert.deepEqual(lines.filter((line) => line !== "post_start"), [
    "pre_start info a",
    "up",
    "pre_stop",
    "post_stop 3",
  ]);
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e("hooks: a pre_start that fails is a failed start, which says so with its last lines", async (sandbox) => {
  const config = (hook: string) =>
    sandbox.config(`
    [actors.a]
    exec = "sleep 1000"
    daemon = true
    restart = "never"
    hooks = { pre_start = ${SHELL(hook)} }
    [actors.b]
    shell = "echo b ran; sleep 1000"
    daemon = true
    depends_on = ["a"]
    [actors.z]
    exec = "sleep 1000"
    daemon = true
  `);
  config("true");
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  assert.equal((await sandbox.supervise("down")).code, 0);
  config("echo no database >&2; exit 4");
  const { code, stderr } = await sandbox.supervise("up", "-d", "--keep");
  assert.notEqual(code, 0);
  assert.match(stderr, /its pre_start hook failed: exit code 4/);
  assert.match(stderr, /last lines of a:\n {4}err no database\n/);
  assert.doesNotMatch(stderr, /last lines of b:/, "what it said in an earlier tree");
  assert.match((await sandbox.supervise("logs", "a")).stdout, /no database/);
  assert.match((await sandbox.supervise("events")).stdout, /a: its pre_start hook failed: exit code 4/);
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e(
  "hooks: one that never ends, leaves processes in other sessions and floods leaves nothing",
  async (sandbox) => {
    sandbox.config(`
    [actors.a]
    exec = "sleep 1000"
    daemon = true
    [actors.a.hooks]
    pre_start = ${SHELL("setsid sleep 1000 & (setsid sh -c 'sleep 1000 & sleep 1000' &) ; exit 0")}
    post_start = ${SHELL("trap '' TERM; head -c 20000000 /dev/zero; while :; do sleep 1; done")}
    [actors.b]
    exec = "sleep 1000"
    daemon = true
    restart = "never"
    hooks = { pre_start = ${
      SHELL("trap '' TERM; setsid sleep 1000 & while :; do sleep 1; done")
    }, timeout = "300ms" }
  `);
    const { stderr } = await sandbox.supervise("up", "-d", "--keep");
    assert.match(stderr, /its pre_start hook failed: still running after 300ms/);
    const { actors } = await sandbox.json("ps");
    assert.equal(actors[0].state, "running");
    assert.equal((await sandbox.supervise("restart", "a")).code, 0);
    // The process table is looked at by the sandbox after this.
    assert.equal((await sandbox.supervise("down")).code, 0);
  },
);
