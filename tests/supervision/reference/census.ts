/** What the rules of starting and stopping need to know of whole subtrees, counted once a pass instead of per node. */
import type { NodeId } from "../../../lib/config/plan.ts";
import type { TreeReadiness } from "../../../lib/supervision/dependencies.ts";
import type { ActorState, NodeState, State } from "../../../lib/supervision/state.ts";

/** What is counted of a node and all that is below it. */
export interface Count {
  readiness: TreeReadiness;
  /** Actors at or below the node that are to stop and still have a process. */
  leaving: number;
  /** Those of them that a teardown ends first. */
  leavingEarly: number;
  /** Children of a tree that are being started. */
  starting: number;
}

/** See the module. */
export interface Census {
  of(id: NodeId): Count;
}

/** A tree that was put to work in this very pass: its children have yet to start. */
export const JUST_ACTIVATED: TreeReadiness = { ready: false, spoilt: false, pending: true };

const EMPTY: TreeReadiness = { ready: true, spoilt: false, pending: false };

/** Counts. Children stand after their parents, so one pass from the end sees them first. */
export function takeCensus({ nodes, topology }: Pick<State, "nodes" | "topology">): Census {
  const counts = new Map(topology.places.map(({ id }): [NodeId, Count] => [
    id,
    { readiness: EMPTY, leaving: 0, leavingEarly: 0, starting: 0 },
  ]));
  const of = (id: NodeId) => counts.get(id)!;
  for (const { id, spec, stopsEarly } of topology.places.toReversed()) {
    if (spec.parent === null) continue;
    const node = nodes.get(id)!;
    const count = of(id);
    if (node.kind === "actor" && isLeaving(node)) {
      count.leaving = 1;
      count.leavingEarly = stopsEarly ? 1 : 0;
    }
    const parent = of(spec.parent);
    parent.leaving += count.leaving;
    parent.leavingEarly += count.leavingEarly;
    parent.readiness = withChild(parent.readiness, node, count.readiness);
    if (isStarting(node, count.readiness)) parent.starting += 1;
  }
  return { of };
}

/** Whether an actor has a process that is to be stopped. */
export function isLeaving(actor: ActorState): boolean {
  return actor.phase.at === "stopping" ||
    (actor.doom !== null && (actor.phase.at === "starting" || actor.phase.at === "running"));
}

/** Whether a child is on its way to being ready. */
export function isStarting(node: NodeState, tree: TreeReadiness): boolean {
  return node.phase.at === "starting" || (node.phase.at === "up" && !tree.ready && !tree.spoilt);
}

/** Whether a child has nothing more to do before those that come after it in a sequential start. */
export function isSettled(node: NodeState, tree: TreeReadiness): boolean {
  switch (node.phase.at) {
    case "inactive":
    case "scheduled":
    case "stopped":
    case "completed":
    case "failed":
    case "running":
      return true;
    case "up":
      return tree.ready || tree.spoilt;
    default:
      return false;
  }
}

function withChild(tree: TreeReadiness, child: NodeState, childTree: TreeReadiness): TreeReadiness {
  switch (child.phase.at) {
    case "inactive":
    case "scheduled":
    case "stopped":
    case "completed":
    case "running":
      return tree;
    case "failed":
      return { ...tree, ready: false, spoilt: true };
    case "up":
      return {
        ready: tree.ready && childTree.ready,
        spoilt: tree.spoilt || childTree.spoilt,
        pending: tree.pending || childTree.pending,
      };
    case "stopping":
      return { ...tree, ready: false };
    default:
      return { ...tree, ready: false, pending: true };
  }
}
