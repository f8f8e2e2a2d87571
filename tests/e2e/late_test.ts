/** A supervisor that is stopped for longer than the limits of its actors charges none of them for that. */
import assert from "node:assert/strict";
import process from "node:process";
import { e2e, type Sandbox, SUPERVISE } from "../harness/supervise.ts";

/** Longer than any limit here, in seconds. */
const LONG = 5;

/** Stops the supervisor for long, and lets it go on. */
async function holdUp(sandbox: Sandbox, pid: number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  try {
    await sandbox.run(["sleep", String(LONG)]).done;
  } finally {
    process.kill(pid, "SIGCONT");
  }
}

const GETS_READY = "sleep 1.5; touch there; echo there; exec sleep 1000";

e2e("late: actors that were ready in time have not failed because nobody looked", async (sandbox) => {
  sandbox.config(`
    [defaults]
    daemon = true
    restart = "never"
    start_timeout = "3s"
    [actors.file]
    shell = "${GETS_READY}"
    ready = { file = "there" }
    [actors.log]
    shell = "${GETS_READY}"
    ready = { log = "^there$" }
    [actors.exec]
    shell = "${GETS_READY}"
    ready = { exec = "test -e there" }
    [actors.run]
    shell = "sleep 1.5"
    daemon = false
    run_timeout = "3s"
  `);
  const up = sandbox.run([...SUPERVISE, "up", "-d"]);
  let pid = 0;
  // From when all of them run, which is long before they are ready.
  for (let running = 0; running < 4;) {
    const { code, stdout } = await sandbox.supervise("ps", "--json");
    if (code !== 0) continue;
    const table = JSON.parse(stdout);
    pid = table.pid;
    running = table.actors.filter((row: { pid: number | null; kind: string }) =>
      row.kind !== "tree" && row.pid !== null
    ).length;
  }
  await holdUp(sandbox, pid);
  const done = await up.done;
  assert.equal(done.code, 0, done.stdout + done.stderr);
  assert.doesNotMatch((await sandbox.supervise("events")).stdout, /not ready|longer than|timed out/);
  assert.equal((await sandbox.row("run")).state, "completed");
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e("late: an actor that stopped in time is not killed because nobody looked", async (sandbox) => {
  sandbox.config(`
    [actors.a]
    shell = "trap 'sleep 1; echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done"
    daemon = true
    ready = { log = "^up$" }
    stop = { grace = "3s" }
  `);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const { pid } = await sandbox.json("ps");
  const events = sandbox.run([...SUPERVISE, "events", "-f"]);
  const asked = events.line(/a: is asked to stop/);
  const stopping = sandbox.supervise("stop", "a");
  await asked;
  await holdUp(sandbox, pid);
  assert.equal((await stopping).code, 0);
  assert.match((await sandbox.supervise("logs", "a")).stdout, /bye/);
  assert.doesNotMatch((await sandbox.supervise("events")).stdout, /killed/);
  assert.equal((await sandbox.supervise("down")).code, 0);
  await events.done;
});
