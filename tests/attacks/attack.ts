/**
 * Attacks by another account of the machine. The accounts are numbers that no user has, made up for one test and gone
 * with it, so the suite runs only as root.
 */
import assert from "node:assert/strict";
import { chownSync, readdirSync, readFileSync, rmSync } from "node:fs";
import process from "node:process";
import { e2e, type Running, type Sandbox, UNDER_TEST } from "../harness/supervise.ts";
import { skip } from "../harness/test.ts";

/** A user for one test. */
export interface ThrowAwayUser {
  readonly uid: number;
  /** What is put before a command so that this user runs it. */
  readonly as: readonly string[];
  /** Starts a program as this user, in the sandbox. */
  run(argv: readonly string[], env?: Readonly<Record<string, string>>): Running;
  /** Makes a file or folder of the sandbox this user's. */
  own(path: string): void;
}

/** Who takes part in an attack. */
export interface Users {
  /** Runs a tree. Only the binary can be run by another user than root, who may not read the sources. */
  readonly victim: ThrowAwayUser;
  /** Means harm. */
  readonly stranger: ThrowAwayUser;
}

/** Far above the numbers that accounts have, and apart for tests that run side by side. */
const FIRST_UID = 1_000_000;

/**
 * Registers an attack. At its end no process of the sandbox and none of its users is left.
 *
 * @param needs Programs by name or path without which the attack cannot be made.
 */
export function attack(
  name: string,
  body: (sandbox: Sandbox, users: Users) => Promise<void>,
  needs: readonly string[] = [],
): void {
  if (process.getuid!() !== 0) {
    return skip(`${name} [${UNDER_TEST}]`, "only root can act as another user");
  }
  e2e(name, async (sandbox) => {
    const uid = FIRST_UID + process.pid * 2;
    const users = { victim: userOf(sandbox, uid), stranger: userOf(sandbox, uid + 1) };
    try {
      await body(sandbox, users);
      assert.deepEqual(processesOf(users), [], "processes of the users are left");
    } finally {
      for (const pid of processesOf(users)) endIfThere(pid);
      for (const user of Object.values(users)) {
        rmSync(`/tmp/supervise-${user.uid}`, { recursive: true, force: true });
      }
    }
  }, ["setpriv", ...needs]);
}

function endIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

function userOf(sandbox: Sandbox, uid: number): ThrowAwayUser {
  const as = ["setpriv", "--reuid", String(uid), "--regid", String(uid), "--clear-groups"];
  return {
    uid,
    as,
    run: (argv, env = {}) => sandbox.run([...as, ...argv], { HOME: sandbox.dir, ...env }),
    own: (path) => chownSync(path, uid, uid),
  };
}

/** The processes of these users, but for those that have ended and that somebody else is yet to reap. */
function processesOf(users: Users): readonly number[] {
  const uids = new Set(Object.values(users).map(({ uid }) => uid));
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      const uid = /^Uid:\s+(\d+)/m.exec(status)?.[1];
      return uids.has(Number(uid)) && !/^State:\s+Z/m.test(status);
    } catch {
      return false;
    }
  });
}
