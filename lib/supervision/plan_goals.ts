/** The goals of somebody who has given the tree another plan. */
import { ancestorsOf, nodeAt, type NodeId, ROOT, specAt } from "../config/plan.ts";
import { ANY_START } from "./goals.ts";
import { type OpenRequest, thenOf } from "./state.ts";
import type { Turn } from "./turn.ts";

/** The nodes that another plan changes. */
interface Applied {
  readonly added: readonly NodeId[];
  readonly removed: readonly NodeId[];
  /** Nodes that are started anew. */
  readonly anew: readonly NodeId[];
}

/** The nodes that are to be ready, and those that are to be gone. A node that nobody starts is not waited for. */
export function appliedTargets(turn: Turn, { added, removed, anew }: Applied): OpenRequest["targets"] {
  return new Map([
    ...removed.map((id) => [id, ANY_START] as const),
    ...added.filter((id) => startsByItself(turn, id)).map((id) => [id, ANY_START] as const),
    ...anew.filter((id) => staysWanted(turn, id)).map((id) => [id, turn.node(id).starts] as const),
  ]);
}

function staysWanted(turn: Turn, id: NodeId): boolean {
  const to = thenOf(turn.node(id))?.to ?? "waiting";
  return to === "waiting" || to === "backing_off" || to === "regrouping";
}

/** Whether a new actor starts with its tree, and that is at work, or starts itself. */
function startsByItself(turn: Turn, id: NodeId): boolean {
  const { plan } = turn;
  const spec = specAt(plan, id);
  if (spec.kind === "tree" || !spec.autostart) return false;
  return ancestorsOf(plan, id).every((tree) => tree === ROOT || isToWork(turn, tree));
}

function isToWork(turn: Turn, id: NodeId): boolean {
  const node = turn.find(id);
  // It comes when what has its address now has left.
  if (node === undefined || turn.place(id).isLeaving) return nodeAt(turn.plan, id)!.autostart;
  switch (node.phase.at) {
    case "up":
    case "waiting":
    case "backing_off":
    case "regrouping":
      return true;
    case "inactive":
      return turn.spec(id).autostart && turn.node(turn.spec(id).parent!).phase.at !== "up";
    default:
      return thenOf(node)?.to === "waiting";
  }
}
