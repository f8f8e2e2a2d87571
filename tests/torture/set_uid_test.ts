/** What becomes another user, and may not be signalled any more by who has started it; and storms of a user with a limit. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import process from "node:process";
import { isAlive, type ProcessName, programsWith, rowOf } from "../harness/process_table.ts";
import { secondsOf } from "../harness/sleepers.ts";
import { type Done, type Sandbox, SUPERVISE, UNDER_TEST } from "../harness/supervise.ts";
import { readTraps, TRAP, trapCommand } from "../harness/traps.ts";
import { until } from "../harness/until.ts";
import { TRAPS } from "./once.ts";
import { Promises } from "./promises.ts";
import { chosen, isLong, LAYERS, torture } from "./torture.ts";

/** One that every user may run. */
const PYTHON_OF_ALL = "/usr/bin/python3";

const isRoot = process.getuid!() === 0;

/** Makes a folder one that a user may write to. */
function handOver({ dir }: Sandbox, uid: number): void {
  mkdirSync(`${dir}/state`);
  for (const folder of [dir, `${dir}/state`]) {
    chmodSync(folder, 0o755);
    chownSync(folder, uid, uid);
  }
}

/** Copies a program so that it runs as root, whoever starts it. */
function setUid({ dir }: Sandbox, program: string): string {
  const copy = `${dir}/${program.split("/").at(-1)}.root`;
  copyFileSync(program, copy);
  chmodSync(copy, 0o4755);
  return copy;
}

/**
 * Another user cannot read the sources: this is a test of the binary. It is long because what cannot be signalled is waited
 * for all the same.
 */
if (isRoot && UNDER_TEST === "binary" && isLong) {
  torture(
    "set-uid: who has become root is ended as far as that is allowed, and is named where it is not",
    async (sandbox) => {
      const s = secondsOf(sandbox);
      const uid = 58_000 + process.pid % 1_000;
      handOver(sandbox, uid);
      const sleep = setUid(sandbox, "/usr/bin/sleep");
      const setpriv = setUid(sandbox, "/usr/bin/setpriv");
      sandbox.config(`
      [defaults]
      stop = { grace = "200ms" }
      [actors.half]
      shell = "(setsid ${sleep} ${s}1 &) ; exec ${sleep} ${s}2"
      daemon = true
      [actors.whole]
      shell = "${setpriv} --reuid 0 --regid 0 --clear-groups sleep ${s}3 & exec sleep ${s}4"
      daemon = true
    `);
      const promises = new Promises(sandbox, { uid });
      const as = (...words: readonly string[]): Promise<Done> =>
        sandbox.run([
          "setpriv",
          "--reuid",
          `${uid}`,
          "--regid",
          `${uid}`,
          "--clear-groups",
          ...SUPERVISE,
          ...words,
        ], {
          HOME: sandbox.dir,
        }).done;
      const find = (digit: number): ProcessName | null => {
        const [found] = programsWith(`sleep\0${s}${digit}`);
        return found === undefined ? null : rowOf(found.pid);
      };
      try {
        const up = await as("up", "-d");
        assert.equal(up.code, 0, up.stderr);
        await until("the program has become root", () => find(3) !== null);
        const root = find(3)!;
        const down = await as("down");
        assert.equal(down.code, 9, down.stdout + down.stderr);
        assert.match(down.stdout, new RegExp(`survivor: +${root.pid} .*another user`));
        assert.ok(isAlive(root));
        process.kill(root.pid, "SIGKILL");
      } finally {
        await promises.close();
        rmSync(`/tmp/supervise-${uid}`, { recursive: true, force: true });
      }
      promises.assertKept();
    },
    { needs: ["setpriv"] },
  );
}

/** Root is exempt from the limit of processes, so somebody else has the storm. */
if (isRoot) {
  for (const layer of chosen("limited storm", LAYERS, 1)) {
    torture(
      `storm: ${layer}: one that is held by a limit of processes races a down, and a SIGKILL of the supervisor`,
      async (sandbox, promises) => {
        const uid = 59_000 + process.pid % 1_000;
        chmodSync(sandbox.dir, 0o1777);
        const trap = sandbox.write("trap.py", readFileSync(TRAP, "utf8"));
        const words = trapCommand(
          PYTHON_OF_ALL,
          "storm",
          TRAPS,
          ["storm-stays", "storm-runs", "chain"],
          trap,
        );
        sandbox.config(`
        [actors.storm]
        exec = ${JSON.stringify(words)}
        daemon = true
        user = ${uid}
        group = ${uid}
        limits = { nproc = 120 }
        ready = { log = "stands" }
        stop = { grace = "200ms" }
      `);
        const up = async () => {
          const done = await sandbox.supervise("up", "-d", `--containment=${layer}`);
          assert.equal(done.code, 0, done.stderr);
          await until("it storms", () => readTraps(`${sandbox.dir}/${TRAPS}`).filter(isAlive).length > 20);
        };
        await up();
        assert.match((await sandbox.supervise("down")).stdout, /0 left/);
        await promises.assertOver();
        await up();
        process.kill(promises.own().supervisor!.pid, "SIGKILL");
        await promises.untilOver();
      },
      { needs: [PYTHON_OF_ALL] },
    );
  }
}
