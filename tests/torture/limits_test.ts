/** Supervisors that run out of descriptors or of processes: no start is lost, no process out of sight. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import process from "node:process";
import { until } from "../harness/until.ts";
import { secondsOf } from "../harness/sleepers.ts";
import { type Sandbox, SUPERVISE, UNDER_TEST } from "../harness/supervise.ts";
import { once } from "./once.ts";
import { Promises } from "./promises.ts";
import { torture } from "./torture.ts";

function configure(sandbox: Sandbox): void {
  const s = secondsOf(sandbox);
  sandbox.config(`
    intensity = { restarts = 1000000, within = "1s" }
    [defaults]
    backoff = { initial = "1ms", max = "20ms" }
    stop = { grace = "200ms" }
    [actors.a]
    shell = "${once("a")} (setsid sleep ${s}1 &) ; (trap '' TERM; exec sleep ${s}2) & exec sleep ${s}3"
    daemon = true
    [actors.b]
    shell = "${once("b")} exec sleep ${s}4"
    daemon = true
    umask = "0027"
  `);
}

/** Sets a limit of a process that runs, as `prlimit` writes it. */
async function limit(
  sandbox: Sandbox,
  pid: number,
  what: string,
  as: readonly string[] = [],
): Promise<void> {
  const done = await sandbox.run([...as, "prlimit", "--pid", String(pid), `--${what}`]).done;
  assert.equal(done.code, 0, done.stderr);
}

/** Waits until an actor is in a state, for a reason that matches. */
async function untilIs(sandbox: Sandbox, path: string, state: string, reason = /^/): Promise<void> {
  for (let row = await sandbox.row(path); row.state !== state || !reason.test(row.reason ?? "");) {
    row = await sandbox.row(path);
  }
}

torture(
  "limits: without a descriptor a start waits and says so, is tried again until there is one, and costs nothing",
  async (sandbox, promises) => {
    configure(sandbox);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const { pid } = await promises.assertStanding();
    const open = Math.max(...readdirSync(`/proc/${pid}/fd`).map(Number));
    await limit(sandbox, pid, `nofile=${open + 2}:`);
    const restarting = sandbox.supervise("restart", "a", "b");
    for (const path of ["a", "b"]) {
      await untilIs(
        sandbox,
        path,
        "starting",
        /limit of \d+ open files is reached/,
      );
    }
    await promises.assertStanding();
    assert.match(
      (await sandbox.supervise("events")).stdout,
      /the tree: has no room for more processes.*limit of \d+ open files is reached.*ulimit -n/,
    );
    await limit(sandbox, pid, `nofile=${open + 1_000}:`);
    assert.equal((await restarting).code, 0);
    for (const path of ["a", "b"]) assert.equal((await sandbox.row(path)).restarts, 0);
    await promises.assertStanding();
    assert.match((await sandbox.supervise("down")).stdout, /0 left/);
  },
  { needs: ["prlimit"] },
);

torture(
  "limits: who can look at no process for a while goes on when it can, and has lost none",
  async (sandbox, promises) => {
    configure(sandbox);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const { pid, actors: [a] } = await promises.assertStanding();
    await limit(sandbox, pid, "nofile=3:");
    // Whoever is reaped has to be looked at.
    process.kill(a!.pid!, "SIGKILL");
    await until("it is dead", () => isDead(a!.pid!));
    await limit(sandbox, pid, "nofile=1000:");
    await sandbox.rowWhen("a", (row) => row.pid !== null && row.pid !== a!.pid);
    await promises.assertStanding();
    assert.match((await sandbox.supervise("down")).stdout, /0 left/);
  },
  { needs: ["prlimit"] },
);

/** Whether a process has ended, be it that nobody has reaped it yet. */
function isDead(pid: number): boolean {
  try {
    return /^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return true;
  }
}

torture(
  "limits: of many actors those are started for which there are descriptors",
  async (sandbox, promises) => {
    const s = secondsOf(sandbox);
    const actors = Array.from(
      { length: 40 },
      (_, index) => `actors.a${index} = { exec = "sleep ${s}", daemon = true }`,
    );
    sandbox.config(`
    intensity = { restarts = 1000000, within = "1s" }
    defaults = { backoff = { initial = "100ms", max = "100ms" } }
    ${actors.join("\n")}
  `);
    const up = await sandbox.run([
      "sh",
      "-c",
      'ulimit -n 80; exec "$@"',
      "sh",
      ...SUPERVISE,
      "up",
      "-d",
      "--keep",
      "--timeout",
      "1s",
    ]).done;
    assert.equal(up.code, 8, up.stderr);
    // The journal is not compared: when this command lets go of its connection, one more may start.
    const { actors: rows } = await promises.assertStatus();
    const running = rows.filter(({ state }) => state === "running");
    assert.ok(running.length > 0 && running.length < 40, `${running.length} are running`);
    for (const row of rows.filter((one) => !running.includes(one))) {
      assert.match(
        `${row.state} ${row.reason}`,
        /^(starting waits to be spawned|waiting)/,
      );
    }
    assert.match((await sandbox.supervise("down")).stdout, /0 left/);
  },
);

/**
 * Root is exempt from the limit of processes, and another user cannot read the sources: this is a test of the binary. Its
 * runtime may need a thread, and ends where there is none.
 */
if (process.getuid!() === 0 && UNDER_TEST === "binary") {
  torture(
    "limits: without a process a start waits and is tried again, or everything ends, and nothing is lost",
    async (sandbox) => {
      configure(sandbox);
      const uid = 57_000 + process.pid % 1_000;
      mkdirSync(`${sandbox.dir}/state`);
      for (const folder of [sandbox.dir, `${sandbox.dir}/state`]) {
        chmodSync(folder, 0o755);
        chownSync(folder, uid, uid);
      }
      const promises = new Promises(sandbox, { uid });
      const user = ["setpriv", "--reuid", `${uid}`, "--regid", `${uid}`, "--clear-groups"];
      const as = (...words: readonly string[]) =>
        sandbox.run([...user, ...SUPERVISE, ...words], { HOME: sandbox.dir }).done;
      try {
        const up = await as("up", "-d");
        assert.equal(up.code, 0, up.stderr);
        const { pid } = await promises.assertStanding();
        await limit(sandbox, pid, "nproc=1:", user);
        const restarted = await as("restart", "a", "--timeout", "1s");
        assert.notEqual(restarted.code, 0);
        if (restarted.code === 8) {
          assert.match(
            (await as("events")).stdout,
            /the tree: has no room for more processes.*limit of processes is reached/,
          );
          await limit(sandbox, pid, "nproc=1000:", user);
          assert.equal((await as("restart", "a")).code, 0);
        } else {
          await promises.untilOver();
          await promises.assertOver();
          assert.equal((await as("up", "-d")).code, 0);
        }
        await promises.assertStanding();
        assert.match((await as("down")).stdout, /0 left/);
      } finally {
        await promises.close();
        rmSync(`/tmp/supervise-${uid}`, { recursive: true, force: true });
      }
      promises.assertKept();
    },
    { needs: ["setpriv", "prlimit"] },
  );
}
