/** `wait`, `events --since` and `--no-wait`, as their users meet them. */
import assert from "node:assert/strict";
import { e2e, type Sandbox } from "../harness/supervise.ts";

/** Of `gate` it depends on a file whether it is ready, and of `task` whether it ends. */
const TREE = `
  [actors.gate]
  exec = "sleep 600"
  daemon = true
  ready = { exec = "test -e open", interval = "50ms" }
  [actors.task]
  shell = "until test -e done; do sleep 0.05; done; exit $(cat done)"
  restart = "never"
  [actors.manual]
  exec = "sleep 600"
  autostart = false
`;

async function up(sandbox: Sandbox): Promise<void> {
  sandbox.config(TREE);
  const done = await sandbox.supervise("up", "-d", "--no-wait");
  assert.equal(done.code, 0, done.stderr);
}

async function withTree(sandbox: Sandbox, body: () => Promise<void>): Promise<void> {
  await up(sandbox);
  await body();
  assert.equal((await sandbox.supervise("down")).code, 0);
}

e2e("wait: returns when it is so, and not before", async (sandbox) => {
  await withTree(sandbox, async () => {
    assert.equal((await sandbox.supervise("wait", "gate", "--timeout", "300ms")).code, 8);
    const ready = sandbox.start(["wait", "gate", "--json"]);
    const completed = sandbox.start(["wait", "task", "--for", "completed"]);
    sandbox.write("open", "");
    const done = await ready.done;
    assert.equal(done.code, 0, done.stderr);
    const { ok, actors } = JSON.parse(done.stdout);
    assert.deepEqual([ok, actors[0].path, actors[0].ready], [true, "gate", true]);
    sandbox.write("done", "0");
    assert.equal((await completed.done).code, 0);
    // All that somebody has started is ready or completed now.
    assert.equal((await sandbox.supervise("wait", "**")).code, 0);
    const stopped = sandbox.start(["-f", "supervise.toml", "wait", "--for", "stopped", "gate"]);
    assert.equal((await sandbox.supervise("stop", "gate")).code, 0);
    assert.equal((await stopped.done).code, 0);
  });
});

e2e("wait: ends with an error when it never will be so", async (sandbox) => {
  await withTree(sandbox, async () => {
    const completed = sandbox.start(["wait", "task", "--for", "completed,stopped"]);
    const failed = sandbox.start(["wait", "task", "--for", "failed"]);
    sandbox.write("done", "3");
    const done = await completed.done;
    assert.equal(done.code, 1);
    assert.match(done.stderr, /error\[wait\/missed\]: .*task \(.*exit code 3/);
    assert.equal((await failed.done).code, 0);
    assert.equal((await sandbox.supervise("wait", "nobody")).code, 4);
    assert.equal((await sandbox.supervise("wait", "task", "--for", "happy")).code, 2);
  });
});

e2e(
  "wait: an actor without a health check is not waited for to be healthy, and a tree is when it is ready",
  async (sandbox) => {
    sandbox.config(`
    [actors.checked]
    exec = "sleep 600"
    daemon = true
    health = { exec = "true", interval = "50ms" }
    [trees.pool.actors.unchecked]
    exec = "sleep 600"
    daemon = true
  `);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    assert.equal((await sandbox.supervise("wait", "checked", "--for", "healthy")).code, 0);
    assert.equal((await sandbox.supervise("wait", "checked", "pool", "--for", "healthy")).code, 0);
    const done = await sandbox.supervise("wait", "checked", "pool/unchecked", "--for", "healthy");
    assert.equal(done.code, 1);
    assert.match(done.stderr, /^error\[wait\/missed\]: .*: "pool\/unchecked"\nhint: .*--for healthy,ready/m);
    assert.equal((await sandbox.supervise("wait", "**", "--for", "healthy,ready")).code, 0);
    assert.equal((await sandbox.supervise("down")).code, 0);
  },
);

e2e("wait: ends with its tree, whose actors are stopped then", async (sandbox) => {
  await up(sandbox);
  const ready = sandbox.start(["wait", "gate", "--for", "ready", "--timeout", "60s"]);
  const stopped = sandbox.start(["wait", "gate", "--for", "stopped", "--timeout", "60s"]);
  await Promise.all([ready.line(/waiting for gate/), stopped.line(/waiting for gate/)]);
  assert.equal((await sandbox.supervise("down", "--no-wait")).code, 0);
  assert.equal((await ready.done).code, 3);
  assert.equal((await stopped.done).code, 0);
  await sandbox.untilDown();
  assert.equal((await sandbox.supervise("wait", "gate")).code, 3);
});

e2e("wait: `up` waits unless it is told not to, which takes -d", async (sandbox) => {
  await withTree(sandbox, async () => {
    assert.equal((await sandbox.row("gate")).state, "starting");
    const done = await sandbox.supervise("up", "--no-wait");
    assert.equal(done.code, 2);
    assert.match(done.stderr, /add -d/);
  });
});

e2e("events: --since and -n choose among the wanted entries", async (sandbox) => {
  await withTree(sandbox, async () => {
    sandbox.write("done", "0");
    assert.equal((await sandbox.supervise("wait", "task", "--for", "completed")).code, 0);
    const eventsOf = async (...args: string[]) => {
      const { stdout } = await sandbox.supervise("events", "--json", ...args);
      return stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
    };
    const all = await eventsOf("task");
    assert.deepEqual(all.map(({ event }) => event).slice(-1), ["completed"]);
    assert.deepEqual(await eventsOf("task", "-n", "2"), all.slice(-2));
    const at = all.at(-1).at;
    const since = await eventsOf("task", "--since", at);
    assert.deepEqual(since, all.filter((entry) => entry.at >= at));
    assert.deepEqual(await eventsOf("--since", "2036-01-01"), []);
    assert.equal((await sandbox.supervise("events", "--since", "noon")).code, 2);
  });
});
