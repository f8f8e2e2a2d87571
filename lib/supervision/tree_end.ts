import type { NodeId } from "../config/plan.ts";
import { hasEndedForGood, type NodeState, type TreeResult } from "./state.ts";
import type { Turn } from "./turn.ts";

/** How a supervisor ends by its own rules. */
export interface TreeEnd {
  readonly result: TreeResult;
  /** Journal number of the entry that has decided it: the end of a child. */
  readonly cause: number;
}

/**
 * Whether a supervisor at work is over by its own rules, and how: a significant child has ended for good, or all have
 * (as `auto_shutdown` says), or every child that was ever started has. Null while it goes on.
 *
 * A child that somebody stopped by hand has not ended for good: it lasts until somebody starts it.
 */
export function treeEnd(turn: Turn, tree: NodeId): TreeEnd | null {
  const { autoShutdown } = turn.treeSpec(tree);
  const { started, ended, decisive } = turn.books.tally(tree);
  const isDecided = autoShutdown === "any_significant"
    ? decisive > 0
    : autoShutdown === "all_significant" && decisive > 0 && decisive === turn.place(tree).significant;
  if (isDecided) return endBy(endedIn(turn, tree).filter(({ id }) => turn.spec(id).significant));
  return started > 0 && started === ended ? endBy(endedIn(turn, tree)) : null;
}

function endedIn(turn: Turn, tree: NodeId): readonly NodeState[] {
  const children = turn.treeSpec(tree).children.filter((id) => !turn.place(id).isLeaving);
  return children.map((id) => turn.node(id)).filter(hasEndedForGood);
}

/** A failure among the children makes the result one; the earliest is named, and is the cause. */
function endBy(children: readonly NodeState[]): TreeEnd {
  const inOrder = children.toSorted((a, b) => a.cause - b.cause);
  const failed = inOrder.find((child) => child.phase.at === "failed");
  return failed === undefined
    ? { result: { ok: true }, cause: inOrder.at(-1)!.cause }
    : { result: { ok: false, reason: { kind: "child", child: failed.id } }, cause: failed.cause };
}
