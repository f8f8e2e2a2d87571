/**
 * Starts a process so that it is in its control group before its first instruction, and everything that it forks with it.
 *
 * The kernel can be told so by a start of our own (`direct_start`), or by a C library that can (GNU's from 2.39 on). With
 * neither this process goes into the group, starts the child, which is born where its parent is, and comes back: nothing of
 * ours runs meanwhile, and if this process is killed there, it is where its guardian kills everything. Moving waits for the
 * kernel to have all processors look, some 14 milliseconds, once for starts that follow each other closely.
 */
import { closeSync, constants, openSync, writeFileSync } from "node:fs";
import { SpawnError } from "../ports/processes.ts";
import type { DirectStart } from "./direct_start/direct_start.ts";
import type { Libc } from "./libc.ts";

/** Runs `start` so that the process that it starts is born in a group. @throws {SpawnError} */
export function visiting<T>(home: string | null, group: string, start: () => T): T {
  if (home === null) throw new SpawnError("start", "There is no way back from a control group");
  enterGroup(group);
  try {
    return start();
  } finally {
    enterGroup(home);
  }
}

/** Runs `start` with the descriptor of a group's folder. @throws {SpawnError} */
export function withGroupFolder<T>(group: string, start: (descriptor: number) => T): T {
  let descriptor: number;
  try {
    descriptor = openSync(group, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    throw new SpawnError("start", `The control group ${group} cannot be opened: ${(error as Error).message}`);
  }
  try {
    return start(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Whether a process can be started right in a group. @throws {SpawnError} */
export function startsInGroup({ inGroup }: Libc, direct: DirectStart, group: string): boolean {
  return inGroup !== null || withGroupFolder(group, (descriptor) => direct.reaches(descriptor));
}

/** Takes this process to a group. @throws {SpawnError} */
export function enterGroup(group: string): void {
  try {
    writeFileSync(`${group}/cgroup.procs`, "0", { flag: "r+" });
  } catch (error) {
    throw new SpawnError("start", `Cannot enter the control group ${group}: ${(error as Error).message}`);
  }
}
