/** The port to the TCP connections of other processes. */
import type { ProcessId } from "./processes.ts";

/** Finds and closes connections from outside, as `ss --kill` does. */
export interface Connections {
  /** Why connections of other processes cannot be closed here, as a clause; null if they can. */
  whyNotCut(): string | null;
  /** How many connections a process has that could be closed; none where that cannot be told. */
  countOf(process: ProcessId): number;
  /** Closes them: both ends find them broken. @returns How many that were. */
  cut(process: ProcessId): number;
}
