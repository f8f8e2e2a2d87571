import type { NodeId } from "../config/plan.ts";
import type { EntryEvent } from "../supervision/journal_entry.ts";

/**
 * How the time before a moment was spent. `waiting`: its turn had come, and it was not started or not asked to stop yet.
 * `hook`: its command before the start ran. `starting`: from its process to being ready. `checking`: from there to being
 * healthy. `running`: it did its work. `failing`: a run that was never ready. `backoff`: the pause before a restart. `grace`: from
 * being asked to stop to its end. `killed`: from SIGKILL to its end. `clearing`: what it had left was ended.
 */
export type Spent =
  | "waiting"
  | "hook"
  | "starting"
  | "checking"
  | "running"
  | "failing"
  | "backoff"
  | "grace"
  | "killed"
  | "clearing";

/** Something that happened, and what had to happen before it. */
export interface Moment {
  readonly path: NodeId;
  readonly event: EntryEvent;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Indexes of the moments that it had to wait for; all are smaller than its own. Empty for a begin. */
  readonly after: readonly number[];
  /** How the time since the last of them was spent. */
  readonly spent: Spent;
}
