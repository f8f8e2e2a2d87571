import type { NodeId } from "../../../lib/config/plan.ts";
import type { Census } from "./census.ts";
import type { Turn } from "../../../lib/supervision/turn.ts";

/**
 * Whether a doomed actor's turn to stop has come: everything that depends on it, or on a tree around it, and is to stop
 * too has stopped; and in a teardown a daemon's turn comes after the one-shots'.
 *
 * It cannot deadlock: an early one waits for early ones alone (topology), and dependencies have no cycles.
 */
export function mayStop(turn: Turn, census: Census, id: NodeId): boolean {
  const { ancestors, stopsEarly } = turn.place(id);
  for (const needed of [id, ...ancestors]) {
    if (turn.place(needed).dependents.some((dependent) => census.of(dependent).leaving > 0)) return false;
  }
  if (stopsEarly) return true;
  const teardown = ancestors.findLast((tree) => turn.tree(tree).phase.at === "stopping");
  return teardown === undefined || census.of(teardown).leavingEarly === 0;
}
