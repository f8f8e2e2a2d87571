import type { NodeId } from "../../../lib/config/plan.ts";
import { hasEndedForGood, type NodeState, type TreeResult } from "../../../lib/supervision/state.ts";
import type { Turn } from "../../../lib/supervision/turn.ts";

/**
 * Whether a supervisor at work is over by its own rules, and how: a significant child has ended for good, or all have
 * (as `auto_shutdown` says), or every child that was ever started has. Null while it goes on.
 *
 * A child that somebody stopped by hand has not ended for good: it lasts until somebody starts it.
 */
export function treeEnd(
  turn: Turn,
  tree: NodeId,
): { readonly result: TreeResult; readonly cause: number } | null {
  const spec = turn.treeSpec(tree);
  const children = spec.children.filter((id) => !turn.place(id).isLeaving).map((id) => turn.node(id));
  const significant = children.filter((child) => turn.spec(child.id).significant);
  const decisive = significant.filter(hasEndedForGood);
  const isDecided = spec.autoShutdown === "any_significant"
    ? decisive.length > 0
    : spec.autoShutdown === "all_significant" && decisive.length > 0 &&
      decisive.length === significant.length;
  if (isDecided) return endBy(decisive);
  const started = children.filter((child) => child.phase.at !== "inactive");
  return started.length > 0 && started.every(hasEndedForGood) ? endBy(started) : null;
}

/** A failure among the children makes the result one; the earliest is named, and has decided it. Else the last end has. */
function endBy(children: readonly NodeState[]): { readonly result: TreeResult; readonly cause: number } {
  const failed = children.filter((child) => child.phase.at === "failed").sort((a, b) => a.cause - b.cause);
  if (failed.length === 0) {
    return {
      result: { ok: true },
      cause: Math.max(...children.map(({ cause }) => cause)),
    };
  }
  const [{ id, cause }] = failed as [NodeState];
  return { result: { ok: false, reason: { kind: "child", child: id } }, cause };
}
