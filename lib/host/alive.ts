/**
 * Whether a very process is alive: the one definition of that.
 *
 * A number alone names no process, because it becomes another's once its process was collected. The number and the start time
 * together do. A descriptor (pidfd) would hold on to a process, too, and signals go through one; but it tells nothing of the
 * state, and descriptors are short just when many processes end.
 *
 * A zombie is dead: it runs nothing, and holds no memory, no file and no address. All that is left of it is its number, until its
 * parent collects that. A look that waits for the parent asks for `presentRow`.
 */
import type { Processes, ProcessId, ProcessRow } from "./ports/processes.ts";

/** Whether two are one process. */
export function isSame(one: ProcessId, other: ProcessId): boolean {
  return one.pid === other.pid && one.startTime === other.startTime;
}

/** A process as a key of a map or a set. */
export function keyOf({ pid, startTime }: ProcessId): string {
  return `${pid}:${startTime}`;
}

/** When a process was started, in milliseconds since boot. The kernel tells it in ticks, of which a second has 100. */
export function startedMs({ startTime }: Pick<ProcessId, "startTime">): number {
  return startTime * 10;
}

/** Whether a line of the table is of a process that has ended. The kernel shows `X` for an instant after `Z`. */
export function isDead({ state }: Pick<ProcessRow, "state">): boolean {
  return state === "Z" || state === "X";
}

/** Whether a process is in a wait of the kernel that no signal interrupts. */
export function isStuck({ state }: Pick<ProcessRow, "state">): boolean {
  return state === "D";
}

/** Whether a process is halted by a signal, and goes on when it gets SIGCONT. */
export function isHalted({ state }: Pick<ProcessRow, "state">): boolean {
  return state === "T";
}

/** Whether a process is stopped, by a signal or by a debugger. */
export function isStopped({ state }: Pick<ProcessRow, "state">): boolean {
  return state === "T" || state === "t";
}

/** The line of a very process, also if it is a zombie; null if it is gone. */
export function presentRow(processes: Pick<Processes, "find">, id: ProcessId): ProcessRow | null {
  const row = processes.find(id.pid);
  return row !== null && isSame(row, id) ? row : null;
}

/** The line of a very process that is alive; null if it has ended. */
export function livingRow(processes: Pick<Processes, "find">, id: ProcessId): ProcessRow | null {
  const row = presentRow(processes, id);
  return row === null || isDead(row) ? null : row;
}

/** Whether a very process is alive. */
export function isAlive(processes: Pick<Processes, "find">, id: ProcessId): boolean {
  return livingRow(processes, id) !== null;
}
