import type { NodeId } from "../config/plan.ts";
import type { Turn } from "./turn.ts";

/**
 * Whether a doomed actor's turn to stop has come: everything that depends on it, or on a tree around it, and is to stop
 * too has stopped; and in a teardown a daemon's turn comes after the one-shots'.
 *
 * It cannot deadlock: an early one waits for early ones alone (topology), and dependencies have no cycles.
 */
export function mayStop(turn: Turn, id: NodeId): boolean {
  const { ancestors, stopsEarly } = turn.place(id);
  for (const needed of [id, ...ancestors]) if (turn.books.count(needed).blockers > 0) return false;
  if (stopsEarly) return true;
  const teardown = ancestors.findLast((tree) => turn.tree(tree).phase.at === "stopping");
  return teardown === undefined || turn.books.count(teardown).leavingEarly === 0;
}
