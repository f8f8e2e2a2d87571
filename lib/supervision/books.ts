/**
 * Sums over the states of all nodes, kept beside them so that no event needs to look at all. Numbers of nodes are
 * their indexes in the topology; a node is marked by 0, and is not by `NEVER`.
 */
import type { NodeId } from "../config/plan.ts";
import type { LeastArray } from "./least_array.ts";
import type { NodeMap } from "./node_map.ts";

/** See the module. */
export interface Books {
  readonly tallies: NodeMap<Tally>;
  readonly counts: NodeMap<Count>;
  /** When something is due for a node, but for what has a column of its own. */
  readonly due: LeastArray;
  /** When the wait of an actor for its turn to stop is over: it stands still while a crash is held. */
  readonly stopDue: LeastArray;
  /** When the children of a tree that wait for each other may start. */
  readonly regroupDue: LeastArray;
  /** Children of sequential trees that those after them wait for. */
  readonly unsettled: LeastArray;
  /** Children that wait for nothing but their turn, in trees that start some at a time. */
  readonly queued: LeastArray;
  /** Children that wait for each other. */
  readonly regrouping: LeastArray;
  /** How many of the nodes that the plan has no more are not over. */
  readonly left: number;
  /** Actors with a crash that is held, in file order. */
  readonly holders: readonly NodeId[];
  /** Nodes that are started again and again without becoming ready, in file order. */
  readonly endless: readonly NodeId[];
}

/** A node that is marked. */
export const MARKED = 0;

/** Counts of the children of a tree, as they are at this moment. */
export interface Tally {
  /** Those that have a process, or are supervisors at work. */
  readonly alive: number;
  /** Those of the plan that are not inactive. */
  readonly started: number;
  /** Those of them that have ended for good. */
  readonly ended: number;
  /** Those of them that are significant. */
  readonly decisive: number;
  /** Those that are to stop and are not over yet: a group that starts again together waits for them. */
  readonly leavingGroup: number;
}

/** That of a tree without children. */
export const EMPTY_TALLY: Tally = { alive: 0, started: 0, ended: 0, decisive: 0, leavingGroup: 0 };

/** The facts about all nodes below one that the rules of starting and stopping need, as of the beginning of a pass. */
export interface Count {
  /** Children that keep a tree from being ready. */
  readonly unready: number;
  /** Children that have failed, or hold one that has. */
  readonly spoilt: number;
  /** Children that are on their way to being ready, or will be, or hold one that is. */
  readonly pending: number;
  /** Children that are being started. */
  readonly starting: number;
  /** Actors at or below the node that are to stop and still have a process. */
  readonly leaving: number;
  /** Those of them that a teardown ends first. */
  readonly leavingEarly: number;
  /** Nodes that depend on this one, with some that are leaving at or below them. */
  readonly blockers: number;
}

/** That of a node without children that nothing depends on, and that is not to stop. */
export const EMPTY_COUNT: Count = {
  unready: 0,
  spoilt: 0,
  pending: 0,
  starting: 0,
  leaving: 0,
  leavingEarly: 0,
  blockers: 0,
};
