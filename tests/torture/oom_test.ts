/** The kernel kills a supervisor for want of memory: a real one, in a memory group that holds it alone. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import process from "node:process";
import { secondsOf } from "../harness/sleepers.ts";
import { UNDER_TEST } from "../harness/supervise.ts";
import { skip } from "../harness/test.ts";
import { until } from "../harness/until.ts";
import { once } from "./once.ts";
import { torture } from "./torture.ts";

/** How the memory of a group is bounded, by either version of control groups. */
interface MemoryGroups {
  readonly folder: string;
  readonly limit: string;
  /** The file that counts kills. */
  readonly kills: string;
}

/** Less than a supervisor needs for what it is asked. */
const LIMIT = 2 * 1_024 * 1_024;

const GROUPS = findGroups();

/** Those of this machine; null if there are none to be had. */
function findGroups(): MemoryGroups | null {
  const candidates: readonly MemoryGroups[] = [
    { folder: "/sys/fs/cgroup", limit: "memory.max", kills: "memory.events" },
    { folder: "/sys/fs/cgroup/memory", limit: "memory.limit_in_bytes", kills: "memory.oom_control" },
  ];
  return candidates.find(({ folder, limit }) => {
    const trial = `${folder}/supervise-memory-trial.${process.pid}`;
    try {
      mkdirSync(trial);
      try {
        return existsSync(`${trial}/${limit}`);
      } finally {
        rmdirSync(trial);
      }
    } catch {
      return false;
    }
  }) ?? null;
}

const NAME = "oom: a supervisor that the kernel kills for want of memory leaves nothing behind";

if (GROUPS === null) skip(`${NAME} [${UNDER_TEST}]`, "no memory groups");
else {
  const { folder, limit, kills } = GROUPS;
  torture(NAME, async (sandbox, promises) => {
    const s = secondsOf(sandbox);
    sandbox.config(`
      defaults = { stop = { grace = "200ms" } }
      [actors.a]
      shell = "${once("a")} (setsid sleep ${s}1 &) ; (trap '' TERM; exec sleep ${s}2) & exec sleep ${s}3"
      daemon = true
      [actors.talking]
      shell = "${once("talking")} read x < go; exec yes"
      daemon = true
    `);
    await sandbox.run(["mkfifo", "go"]).done;
    const up = await sandbox.supervise("up", "-d");
    assert.equal(up.code, 0, up.stderr);
    const { pid } = await promises.assertStanding();
    const group = `${folder}/supervise-memory.${process.pid}`;
    mkdirSync(group);
    try {
      writeFileSync(`${group}/${limit}`, String(LIMIT));
      writeFileSync(`${group}/cgroup.procs`, String(pid));
      await sandbox.run(["sh", "-c", "echo > go"]).done;
      await promises.untilOver();
      assert.match(readFileSync(`${group}/${kills}`, "utf8"), /^oom_kill [1-9]/m);
    } finally {
      await promises.untilOver();
      await until("the memory group can be removed", () => {
        try {
          rmdirSync(group);
          return true;
        } catch {
          return false;
        }
      });
    }
    await promises.assertOver();
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    await promises.assertStanding();
    assert.match((await sandbox.supervise("down")).stdout, /0 left/);
  });
}
