/** Process numbers of their own, in which the program under test is process 1, as it is in a container. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { type Running, type Sandbox, SUPERVISE } from "./supervise.ts";
import { untilGiven } from "./until.ts";

const UNSHARE = ["unshare", "--pid", "--fork", "--mount-proc"] as const;

/** What such a test needs; something that no machine has if this one does not let us have process numbers of our own. */
export const CONTAINER_NEEDS: readonly string[] =
  spawnSync(UNSHARE[0], [...UNSHARE.slice(1), "true"]).status === 0 ? ["unshare", "ps"] : ["a pid namespace"];

/** Starts a command of supervise as process 1. */
export function startAsProcess1(sandbox: Sandbox, args: readonly string[]): Running {
  return sandbox.run([...UNSHARE, ...SUPERVISE, ...args]);
}

/** Starts a shell script as process 1. */
export function startScriptAsProcess1(sandbox: Sandbox, script: string): Running {
  return sandbox.run([...UNSHARE, "sh", "-c", script]);
}

/** The number outside of what is process 1 inside, once it is there. */
export async function process1Of({ pid }: Running): Promise<number> {
  return await firstChildOf(pid);
}

/** The first child of a process, once it has one. */
export async function firstChildOf(pid: number): Promise<number> {
  return await untilGiven(`${pid} has a child`, () => {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
    return child === undefined || child === "" ? null : Number(child);
  });
}

/** Sends a signal to process 1, from outside. */
export async function signalProcess1(running: Running, signal: NodeJS.Signals): Promise<void> {
  process.kill(await process1Of(running), signal);
}
