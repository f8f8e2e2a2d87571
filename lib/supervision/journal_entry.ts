import type { NodeId } from "../config/plan.ts";

/** What a journal entry can be about. */
export type EntryEvent =
  | "requested"
  | "started"
  | "ready"
  | "exited"
  | "start_failed"
  | "timed_out"
  | "restarted"
  | "escalated"
  | "cancelled"
  | "stopping"
  | "killed"
  | "stopped"
  | "completed"
  | "failed"
  | "ended"
  /** A new supervisor goes on where the last one was killed. */
  | "resumed"
  /** It has taken a run over that the last one had started. */
  | "adopted"
  /** A crash is held, and offered for inspection. */
  | "held"
  /** It was let go. */
  | "released"
  /** Somebody who is given no answer has asked for what is not done. */
  | "refused"
  /** A descendant whose parent had died has died too, and was reaped. */
  | "orphan_reaped"
  /** The actors of a tree have a process of their own for a parent. */
  | "isolated"
  /** What the tree does could not be written down for a later supervisor. */
  | "state_unwritten"
  /** Somebody has removed files of the tree, and they were made again, or could not be. */
  | "remade"
  | "unmade"
  /** An actor runs without limits that it should have. */
  | "unlimited"
  /** Lines of an actor could not be written and are lost. */
  | "lines_dropped";

/** One decision, or one thing that led to some. */
export interface Entry {
  /** Counts from 1. */
  readonly seq: number;
  readonly node: NodeId;
  readonly event: EntryEvent;
  /** The `seq` of the entry that led to this one; null for what came from outside. */
  readonly cause: number | null;
  /** What else there is to say, ready for JSON. */
  readonly data: Readonly<Record<string, unknown>>;
}
