/** What the rules of starting and stopping need to know of whole subtrees, counted once a pass instead of per node. */
import type { TreeReadiness } from "./dependencies.ts";
import type { ActorState, NodeState, State } from "./state.ts";

/** See the module. Arrays are indexed by node. */
export interface Census {
  readonly trees: TreeReadiness[];
  /** Actors at or below the node that are to stop and still have a process. */
  readonly leaving: readonly number[];
  /** Those of them that a teardown ends first. */
  readonly leavingEarly: readonly number[];
  /** Children of a tree that are being started. */
  readonly starting: number[];
}

/** A tree that was put to work in this very pass: its children have yet to start. */
export const JUST_ACTIVATED: TreeReadiness = { ready: false, spoilt: false, pending: true };

const EMPTY: TreeReadiness = { ready: true, spoilt: false, pending: false };

/** Counts. Children have higher numbers than their parents, so one pass from the end sees them first. */
export function takeCensus({ nodes, plan, topology }: Pick<State, "nodes" | "plan" | "topology">): Census {
  const trees: TreeReadiness[] = nodes.map(() => EMPTY);
  const leaving = nodes.map(() => 0);
  const leavingEarly = nodes.map(() => 0);
  const starting = nodes.map(() => 0);
  for (let id = nodes.length - 1; id > 0; id--) {
    const node = nodes[id]!;
    if (node.kind === "actor" && isLeaving(node)) {
      leaving[id] = 1;
      leavingEarly[id] = topology.stopsEarly[id] ? 1 : 0;
    }
    const parent = plan.nodes[id]!.parent!;
    leaving[parent]! += leaving[id]!;
    leavingEarly[parent]! += leavingEarly[id]!;
    trees[parent] = withChild(trees[parent]!, node, trees[id]!);
    if (isStarting(node, trees[id]!)) starting[parent]! += 1;
  }
  return { trees, leaving, leavingEarly, starting };
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
