/** The facts about all nodes below one that the rules of starting and stopping need, as of the beginning of a pass. */
import type { Count } from "./books.ts";
import type { TreeReadiness } from "./dependencies.ts";
import type { ActorState, NodeState } from "./state.ts";

/** A tree that was put to work in this very pass: its children have yet to start. */
export const JUST_ACTIVATED: TreeReadiness = { ready: false, spoilt: false, pending: true };

/** The readiness of a tree by its count. */
export function readinessIn({ unready, spoilt, pending }: Count): TreeReadiness {
  return { ready: unready === 0, spoilt: spoilt > 0, pending: pending > 0 };
}

/** The share of a child in the count of its tree. */
export type Contribution = Pick<Count, "unready" | "spoilt" | "pending" | "starting">;

/** See the type. */
export function contributionOf(node: NodeState, tree: TreeReadiness): Contribution {
  switch (node.phase.at) {
    case "inactive":
    case "scheduled":
    case "stopped":
    case "completed":
    case "running":
      return NOTHING;
    case "failed":
      return FAILED;
    case "up":
      return {
        unready: Number(!tree.ready),
        spoilt: Number(tree.spoilt),
        pending: Number(tree.pending),
        starting: Number(!tree.ready && !tree.spoilt),
      };
    case "stopping":
      return STOPPING;
    case "starting":
      return STARTING;
    default:
      return WAITING;
  }
}

const NOTHING: Contribution = { unready: 0, spoilt: 0, pending: 0, starting: 0 };
const FAILED: Contribution = { unready: 1, spoilt: 1, pending: 0, starting: 0 };
const STOPPING: Contribution = { unready: 1, spoilt: 0, pending: 0, starting: 0 };
const STARTING: Contribution = { unready: 1, spoilt: 0, pending: 1, starting: 1 };
const WAITING: Contribution = { unready: 1, spoilt: 0, pending: 1, starting: 0 };

/** Whether an actor has a process that is to be stopped. */
export function isLeaving(actor: ActorState): boolean {
  return actor.phase.at === "stopping" ||
    (actor.doom !== null && (actor.phase.at === "starting" || actor.phase.at === "running"));
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
