/** Promises that are made of all that is shown and done, each broken here in as many ways as there are. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { freePort } from "../harness/ports.ts";
import { e2e } from "../harness/supervise.ts";
import { until } from "../harness/until.ts";

/** The state of a process; null if there is none. */
function stateOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]![0]!;
  } catch {
    return null;
  }
}

/** The zombies that a process has left unreaped. */
function zombiesOf(parent: number): readonly number[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const [state, above] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
      return state === "Z" && Number(above) === parent;
    } catch {
      return false;
    }
  });
}

e2e("promise: status never lies: ready is what was found, and what is dead does not run", async (sandbox) => {
  const port = await freePort();
  sandbox.write(
    "server.ts",
    `
      import { existsSync } from "node:fs";
      import { createServer } from "node:http";
      createServer((_, response) => response.writeHead(existsSync("good") ? 200 : 503).end()).listen(${port}, "127.0.0.1");
    `,
  );
  sandbox.config(`
    [actors.asked]
    script = "./server.ts"
    daemon = true
    ready = { http = "http://127.0.0.1:${port}/", interval = "50ms", timeout = "60s" }
    [actors.silent]
    exec = "sleep 1000"
    daemon = true
    restart = "never"
    significant = false
    ready = { notify = true, timeout = "60s" }
    [actors.orphans]
    shell = "for i in 1 2 3 4 5 6 7 8; do (setsid sh -c 'exit 3' &) ; done; echo > forked; exec sleep 1001"
    daemon = true
  `);
  assert.equal((await sandbox.supervise("up", "-d", "--no-wait")).code, 0);
  const asked = await sandbox.rowWhen("asked", ({ reason }) => /503/.test(reason ?? ""));
  assert.deepEqual([asked.state, asked.ready], ["starting", false]);
  assert.equal((await sandbox.row("silent")).ready, false);
  sandbox.write("good", "");
  await sandbox.rowWhen("asked", ({ ready }) => ready);
  assert.equal((await sandbox.row("silent")).ready, false);

  // Orphans are reaped though nobody of theirs waits for them.
  const supervisor: number = (await sandbox.json("ps")).pid;
  await until("they are forked", () => existsSync(`${sandbox.dir}/forked`));
  await until("no orphan is left unreaped", () => zombiesOf(supervisor).length === 0);

  // Whoever asks after a death is not told that the dead one runs.
  const { pid } = await sandbox.row("silent");
  process.kill(pid, "SIGKILL");
  await until("it is dead", () => stateOf(pid) === null || stateOf(pid) === "Z");
  const after = await sandbox.row("silent");
  assert.notEqual(after.state, "running");
  assert.notEqual(after.pid, pid);
  await sandbox.rowWhen("silent", ({ state }) => state === "failed");
  await until("it is reaped", () => stateOf(pid) === null);
  assert.match((await sandbox.supervise("down")).stdout, / 0 left/);
}, ["sh"]);

e2e(
  "promise: an apply that changes nothing does nothing, and one of many changes touches one",
  async (sandbox) => {
    const config = (grace: string, sleep: number) => `
    [actors.a]
    exec = "sleep ${sleep}"
    daemon = true
    health = { exec = "true", interval = "10s" }
    [actors.b]
    exec = "sleep 1001"
    daemon = true
    stop = { grace = "${grace}" }
    hooks = { post_start = "true", post_stop = "true" }
    [actors.c]
    exec = "true"
    schedule = "@every 1h"
    [trees.t.actors.d]
    exec = "sleep 1002"
    daemon = true
    replicas = 2
  `;
    const PATHS = ["a", "b", "t/d.1", "t/d.2"];
    const seen = async () => {
      const rows = await Promise.all(PATHS.map((path) => sandbox.row(path)));
      return rows.map(({ path, pid, restarts, nextRun }) => ({ path, pid, restarts, nextRun }));
    };
    const journal = async () => (await sandbox.supervise("events", "--json")).stdout;
    sandbox.config(config("5s", 1000));
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    await sandbox.rowWhen("a", ({ healthy }) => healthy);
    const [before, entries] = [await seen(), await journal()];
    for (const _ of [1, 2]) assert.equal((await sandbox.supervise("apply")).code, 0);
    assert.deepEqual(await seen(), before);
    assert.equal(await journal(), entries);

    // A comment, and the same in other words, are no change either.
    sandbox.config(`# the same\n${config("5000ms", 1000)}`);
    assert.equal((await sandbox.supervise("apply")).code, 0);
    assert.deepEqual(await seen(), before);

    // A file with one error is refused whole, whatever else it has.
    sandbox.config(`${config("5s", 1003)}\n[actors.e]\nexec = "sleep 1004"\nready = { notify = 1 }\n`);
    assert.equal((await sandbox.supervise("apply")).code, 5);
    assert.deepEqual(await seen(), before);

    // What changes is told with its key, and the rest goes on.
    sandbox.config(config("5s", 1005));
    const applied = await sandbox.supervise("apply");
    assert.equal(applied.code, 0, applied.stderr);
    assert.match(`${applied.stdout}${applied.stderr}`, /\ba\b.*exec/s);
    const [a, ...others] = await seen();
    assert.notEqual(a!.pid, before[0]!.pid);
    assert.deepEqual(others, before.slice(1));
    assert.match((await sandbox.supervise("down")).stdout, / 0 left/);
  },
);
