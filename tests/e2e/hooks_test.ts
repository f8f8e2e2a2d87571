/** Commands around the runs of real programs, and what becomes of all that they start. */
import assert from "node:assert/strict";
import { chmodSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
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

/** How many bytes all files below a folder have. */
function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

e2e(
  "hooks: what they print is kept as lines of the actor are, and no flood of it fills the disk",
  async (sandbox) => {
    sandbox.config(`
    [actors.a]
    exec = "sleep 1000"
    daemon = true
    log = { max_size = "100KB", keep = 1 }
    [actors.a.hooks]
    pre_start = ${
      SHELL("head -c 50000000 /dev/zero; yes out | head -c 5000000; yes err | head -c 5000000 >&2")
    }
    post_start = ${SHELL("while :; do echo more; echo more >&2; done")}
  `);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    assert.equal((await sandbox.row("a")).state, "running");
    assert.match((await sandbox.supervise("logs", "-n", "1", "a")).stdout, /more/);
    assert.match((await sandbox.supervise("down")).stdout, / 0 left/);
    // A line of a mebibyte is kept whole.
    assert.ok(
      bytesIn(join(sandbox.dir, "state")) < 5_000_000,
      `${bytesIn(join(sandbox.dir, "state"))} bytes`,
    );
  },
);

e2e(
  "hooks: one that stops itself, kills itself or its actor, or is not there is told of",
  async (sandbox) => {
    const actor = (name: string, hooks: string) => `
    [actors.${name}]
    exec = "sleep 1000"
    daemon = true
    restart = "never"
    significant = false
    hooks = { ${hooks} }
  `;
    sandbox.config(
      actor("stopped", `pre_start = ${SHELL("kill -STOP $$")}, timeout = "300ms"`) +
        actor("killed", `pre_start = ${SHELL("kill -KILL $$")}`) +
        actor("missing", `pre_start = "/no/such/hook"`) +
        actor("crash", `post_start = ${SHELL("kill -KILL $SUPERVISE_PID; sleep 1000")}`) +
        actor(
          "hasty",
          `pre_stop = ${SHELL("kill -KILL $SUPERVISE_PID; sleep 1000")}, post_stop = ${
            SHELL("echo ended by $SUPERVISE_EXIT")
          }`,
        ),
    );
    await sandbox.supervise("up", "-d", "--keep");
    const why = async (path: string) =>
      (await sandbox.rowWhen(path, ({ state }) => state === "failed")).reason;
    assert.match(await why("stopped"), /its pre_start hook failed: still running after 300ms/);
    assert.match(await why("killed"), /its pre_start hook failed: SIGKILL/);
    assert.match(await why("missing"), /its pre_start hook failed: .*no\/such\/hook/);
    assert.match(await why("crash"), /SIGKILL/);
    assert.equal((await sandbox.supervise("stop", "hasty")).code, 0);
    assert.match((await sandbox.supervise("logs", "hasty")).stdout, /ended by SIGKILL/);
    assert.match((await sandbox.supervise("down")).stdout, / 0 left/);
  },
);

e2e("hooks: one that kills the supervisor leaves nothing of its tree", async (sandbox) => {
  sandbox.config(`
    [actors.a]
    exec = "sleep 1000"
    daemon = true
    hooks = { post_start = ${SHELL("kill -KILL $PPID; exec sleep 1000")} }
  `);
  const up = await sandbox.supervise("up", "-d");
  assert.notEqual(up.code, null);
  await sandbox.untilDown();
  await sandbox.assertNoneLeft();
});

e2e("hooks: no apply gives one that runs another time limit", async (sandbox) => {
  const config = (timeout: string) =>
    sandbox.config(`
    [actors.a]
    exec = "sleep 1000"
    daemon = true
    restart = "never"
    significant = false
    hooks = { pre_start = ${SHELL("sleep 1000")}, timeout = "${timeout}" }
    [actors.other]
    exec = "sleep 1000"
    daemon = true
  `);
  config("3s");
  assert.equal((await sandbox.supervise("up", "-d", "--no-wait")).code, 0);
  config("1h");
  assert.equal((await sandbox.supervise("apply", "--no-wait")).code, 0);
  const { reason } = await sandbox.rowWhen("a", ({ state }) => state === "failed");
  assert.match(reason, /its pre_start hook failed: still running after 3\.0s/);
  assert.equal((await sandbox.supervise("down")).code, 0);
});

if (process.getuid!() === 0) {
  e2e("hooks: they run as the user of the actor, also where that may not run them", async (sandbox) => {
    chmodSync(sandbox.dir, 0o755);
    sandbox.write("secret.sh", "#!/bin/sh\n", 0o700);
    sandbox.config(`
      [defaults]
      user = "nobody"
      restart = "never"
      [actors.a]
      exec = "sleep 1000"
      daemon = true
      hooks = { pre_start = ${SHELL("id -un")}, post_stop = ${SHELL("id -un; kill -KILL $PPID")} }
      [actors.b]
      exec = "sleep 1000"
      hooks = { pre_start = "./secret.sh" }
    `);
    await sandbox.supervise("up", "-d", "--keep");
    assert.match((await sandbox.row("b")).reason, /its pre_start hook failed: .*secret\.sh/);
    // Another user cannot kill the supervisor.
    assert.equal((await sandbox.supervise("stop", "a")).code, 0);
    const { stdout } = await sandbox.supervise("logs", "a");
    assert.equal(stdout.match(/\| nobody$/gm)?.length, 2, stdout);
    assert.match((await sandbox.supervise("down")).stdout, / 0 left/);
  });
}
