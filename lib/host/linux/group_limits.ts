/** Limits of control groups, and what the kernel counts while it keeps them. */
import { unreachable } from "../../base/invariant.ts";
import type { GroupCounts, GroupLimit } from "../ports/control_groups.ts";
import { writeTo } from "./group_files.ts";
import { tryRead } from "./kernel_files.ts";

/** The kernel's own period, in which a share of the processor may be used up. */
const PERIOD_US = 100_000;

/** @throws {GroupError} */
export function writeLimit(group: string, limit: GroupLimit): void {
  const file = `${group}/${limit.on}.max`;
  writeTo(file, textOf(limit), `${file} cannot be written`);
}

/** The counts of the kernel; zeros where it counts nothing. */
export function countsIn(group: string): GroupCounts {
  const memory = tryRead(`${group}/memory.events`) ?? "";
  return {
    oomKills: countOf(memory, "oom_kill"),
    memoryReached: countOf(memory, "oom"),
    forksRefused: countOf(tryRead(`${group}/pids.events`) ?? "", "max"),
  };
}

function textOf(limit: GroupLimit): string {
  switch (limit.on) {
    case "memory":
      return String(limit.bytes);
    case "cpu":
      return `${Math.round(limit.percent / 100 * PERIOD_US)} ${PERIOD_US}`;
    case "pids":
      return String(limit.count);
    default:
      return unreachable(limit, "limit");
  }
}

/** A count of a file with a name and a number in each line. */
function countOf(text: string, name: string): number {
  const line = text.split("\n").find((one) => one.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(name.length + 1));
}
