import type { NodeId } from "../../../lib/config/plan.ts";
import { isAlive, type NodeState, thenOf } from "../../../lib/supervision/state.ts";
import { endTree } from "../../../lib/supervision/stopping.ts";
import { becomeReady, concludeTree } from "../../../lib/supervision/tree.ts";
import type { Turn } from "../../../lib/supervision/turn.ts";
import { treeEnd } from "./tree_end.ts";

/** Does what follows for a supervisor from the state of its children. */
export function settleTree(turn: Turn, id: NodeId, isReady: boolean): void {
  const { phase, regroupAt } = turn.tree(id);
  if (phase.at === "up") {
    const end = treeEnd(turn, id);
    if (end !== null) return endTree(turn, id, { by: "itself", result: end.result }, end.cause);
    if (isReady && phase.readyAt === null) becomeReady(turn, id, turn.now - phase.since);
    if (regroupAt !== null && turn.now >= regroupAt) releaseGroup(turn, id);
  } else if (phase.at === "stopping" && !childrenOf(turn, id).some(isAlive)) {
    concludeTree(turn, id);
  }
}

function releaseGroup(turn: Turn, id: NodeId): void {
  const children = childrenOf(turn, id);
  if (children.some(isLeavingGroup)) return;
  turn.setTree(id, { regroupAt: null });
  for (const child of children) {
    if (child.phase.at === "regrouping") turn.set(child.id, { phase: { at: "waiting", since: turn.now } });
  }
}

function isLeavingGroup(node: NodeState): boolean {
  return node.phase.at === "stopping" || thenOf(node) !== null;
}

function childrenOf(turn: Turn, id: NodeId): readonly NodeState[] {
  return turn.treeSpec(id).children.map((child) => turn.node(child));
}
