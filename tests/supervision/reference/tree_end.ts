import type { NodeId } from "../../../lib/config/plan.ts";
import { hasEndedForGood, type NodeState, type TreeResult } from "../../../lib/supervision/state.ts";
import type { Turn } from "../../../lib/supervision/turn.ts";

/**
 * Whether a supervisor at work is over by its own rules, and how: a significant child has ended for good, or all have
 * (as `auto_shutdown` says), or every child that was ever started has. Null while it goes on.
 *
 * A child that somebody stopped by hand has not ended for good: it lasts until somebody starts it.
 */
export function treeResult(turn: Turn, tree: NodeId): TreeResult | null {
  const spec = turn.treeSpec(tree);
  const children = spec.children.filter((id) => !turn.place(id).isLeaving).map((id) => turn.node(id));
  const significant = children.filter((child) => turn.spec(child.id).significant);
  const decisive = significant.filter(hasEndedForGood);
  const isDecided = spec.autoShutdown === "any_significant"
    ? decisive.length > 0
    : spec.autoShutdown === "all_significant" && decisive.length > 0 &&
      decisive.length === significant.length;
  if (isDecided) return resultOf(decisive);
  const started = children.filter((child) => child.phase.at !== "inactive");
  return started.length > 0 && started.every(hasEndedForGood) ? resultOf(started) : null;
}

/** A failure among the children makes the result one; the earliest is named. */
function resultOf(children: readonly NodeState[]): TreeResult {
  const failed = children.filter((child) => child.phase.at === "failed").sort((a, b) => a.cause - b.cause);
  return failed.length === 0 ? { ok: true } : { ok: false, reason: { kind: "child", child: failed[0]!.id } };
}
