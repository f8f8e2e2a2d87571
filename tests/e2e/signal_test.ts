/** `signal`, and who has asked for what. */
import assert from "node:assert/strict";
import process from "node:process";
import { e2e, type Sandbox } from "../harness/supervise.ts";

const TREE = `
  [actors.a]
  shell = """
    (trap 'echo child heard' USR1; echo child listens; while :; do sleep 0.05; done) &
    trap 'echo main heard' USR1; trap 'exit 7' HUP; echo main listens
    while :; do sleep 0.05; done
  """
  daemon = true
  restart = "always"
  ready = { log = "main listens" }
  [actors.off]
  exec = "sleep 600"
  autostart = false
`;

async function eventsOf(sandbox: Sandbox) {
  const { stdout } = await sandbox.supervise("events", "--json");
  // deno-lint-ignore no-explicit-any
  return stdout.trim().split("\n").map((line): any => JSON.parse(line));
}

e2e(
  "signal: main processes hear it, all processes with --tree, and an end by it is a crash",
  async (sandbox) => {
    sandbox.config(TREE);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const logs = sandbox.start(["logs", "-f"]);
    await logs.line(/child listens/);
    const { ok, actors } = await sandbox.json("signal", "USR1", "a");
    assert.deepEqual([ok, actors[0].path, actors[0].state], [true, "a", "running"]);
    await logs.line(/main heard/);
    await sandbox.json("signal", "--tree", "sigusr1", "a");
    await logs.line(/child heard/);
    // Nothing is sent to one if the other has no process.
    const refused = await sandbox.supervise("signal", "HUP", "a", "off");
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /error\[signal\/not-running\]: .*"off"/);
    assert.equal((await sandbox.row("a")).restarts, 0);
    assert.equal((await sandbox.supervise("signal", "NOPE", "a")).code, 2);
    assert.equal((await sandbox.supervise("signal", "HUP", "nobody")).code, 4);
    await sandbox.json("signal", "1", "a");
    const row = await sandbox.rowWhen("a", ({ restarts, ready }) => restarts === 1 && ready);
    assert.equal(row.exit.code, 7);
    assert.equal((await sandbox.supervise("down")).code, 0);
    await logs.done;
  },
);

e2e("asker: events and status say who has asked, as the kernel knows it", async (sandbox) => {
  sandbox.config(TREE);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const stop = sandbox.start(["stop", "a"]);
  // Deno and Bun run the command in the very process that was started.
  assert.equal((await stop.done).code, 0);
  const entry = (await eventsOf(sandbox)).find(({ event, verb }) => event === "requested" && verb === "stop");
  assert.deepEqual([entry.asker.uid, entry.asker.pid], [process.getuid!(), stop.pid]);
  const { reason } = await sandbox.row("a");
  assert.equal(
    reason,
    `stopped by ${entry.asker.user ?? `user ${entry.asker.uid}`} (pid ${stop.pid}) with \`stop\``,
  );
  const text = (await sandbox.supervise("events")).stdout;
  assert.match(text, new RegExp(`stop was asked for: a by .*\\(pid ${stop.pid}\\)`));
  assert.equal((await sandbox.supervise("down")).code, 0);
  const down = (await eventsOf(sandbox)).find(({ event, verb }) => event === "requested" && verb === "down");
  assert.equal(down.asker.uid, process.getuid!());
});
