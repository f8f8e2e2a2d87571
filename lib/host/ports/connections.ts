/** The port to the TCP connections of other processes. */
import type { ProcessId } from "./processes.ts";

/** Finds and closes connections from outside, as `ss --kill` does. */
export interface Connections {
  /** Why connections of other processes cannot be closed here, as a clause; null if they can. */
  whyNotCut(): string | null;
  /**
   * How many connections some processes have that could be closed; none where that cannot be told. One that a process beside
   * them has open, too, is not theirs alone, and does not count.
   */
  countOf(processes: readonly ProcessId[]): number;
  /** Closes them: both ends find them broken. @returns How many that were. */
  cut(processes: readonly ProcessId[]): number;
}
