import type { NodeId } from "../config/plan.ts";
import { hasEndedForGood, type NodeState, type TreeResult } from "./state.ts";
import type { Turn } from "./turn.ts";

/**
 * Whether a supervisor at work is over by its own rules, and how: a significant child has ended for good, or all have
 * (as `auto_shutdown` says), or every child that was ever started has. Null while it goes on.
 *
 * A child that somebody stopped by hand has not ended for good: it lasts until somebody starts it.
 */
export function treeResult(turn: Turn, tree: NodeId): TreeResult | null {
  const { autoShutdown } = turn.treeSpec(tree);
  const { started, ended, decisive } = turn.books.tally(tree);
  const isDecided = autoShutdown === "any_significant"
    ? decisive > 0
    : autoShutdown === "all_significant" && decisive > 0 && decisive === turn.place(tree).significant;
  if (isDecided) return resultOf(endedIn(turn, tree).filter(({ id }) => turn.spec(id).significant));
  return started > 0 && started === ended ? resultOf(endedIn(turn, tree)) : null;
}

function endedIn(turn: Turn, tree: NodeId): readonly NodeState[] {
  const children = turn.treeSpec(tree).children.filter((id) => !turn.place(id).isLeaving);
  return children.map((id) => turn.node(id)).filter(hasEndedForGood);
}

/** A failure among the children makes the result one; the earliest is named. */
function resultOf(children: readonly NodeState[]): TreeResult {
  const failed = children.filter((child) => child.phase.at === "failed").sort((a, b) => a.cause - b.cause);
  return failed.length === 0 ? { ok: true } : { ok: false, reason: { kind: "child", child: failed[0]!.id } };
}
