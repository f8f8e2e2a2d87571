/**
 * The course of a tree, computed or watched: what each node was at each time, and what was decided. Times are in
 * milliseconds since the tree began. PURE.
 */
import type { NodeId, Plan } from "../config/plan.ts";
import type { Entry } from "../supervision/journal_entry.ts";
import type { Outcome } from "../supervision/state.ts";
import type { Glance } from "../supervision/view.ts";

/** A node at one time. */
export interface Fact extends Glance {
  /** How many main processes of it are alive; 0 for a tree. More than one breaks a promise. */
  readonly processes: number;
}

/** A node is something else from then on. */
export interface Change {
  readonly atMs: number;
  readonly path: NodeId;
  readonly fact: Fact;
}

/** A decision, and when it was made. */
export type TimedEntry = Entry & { readonly atMs: number };

/** See the module. */
export interface Trace {
  readonly plan: Plan;
  /** In the order in which they came; each node has one at 0. */
  readonly changes: readonly Change[];
  /** In the order in which they were written. */
  readonly entries: readonly TimedEntry[];
  /** Until when it was watched. */
  readonly untilMs: number;
  /** How the tree ended; null if it goes on. */
  readonly outcome: Outcome | null;
}
