/** What the kernel says of processes. A process is named by its pid and its start time, so that a later one is not taken for it. */
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";

/** The name of one process for good. */
export interface ProcessId {
  readonly pid: number;
  /** In clock ticks since the boot. */
  readonly startTime: number;
}

/** One line of the process table. */
export interface Stat extends ProcessId {
  readonly state: string;
  readonly parent: number;
}

/** What runs under a pid now, zombies included. */
export function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return {
      pid,
      state: fields[0]!,
      parent: Number(fields[1]),
      startTime: Number(fields[19]),
    };
  } catch {
    return null;
  }
}

/** Whether this very process runs; a zombie does not. */
export function isAlive(id: ProcessId): boolean {
  const stat = statOf(id.pid);
  return stat?.startTime === id.startTime && stat.state !== "Z" &&
    stat.state !== "X";
}

/** Processes whose environment has this entry. */
export function withEnvironment(entry: string): readonly Stat[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap(
    (pid) => {
      try {
        if (
          !readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(
            entry,
          )
        ) return [];
        return statOf(Number(pid)) ?? [];
      } catch {
        return [];
      }
    },
  );
}

/** Sends a signal to this very process, if it still runs. */
export function signal(id: ProcessId, name: NodeJS.Signals): void {
  if (!isAlive(id)) return;
  try {
    process.kill(id.pid, name);
  } catch {
    // It has ended meanwhile.
  }
}
