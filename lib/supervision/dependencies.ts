import { unreachable } from "../base/invariant.ts";
import type { Condition } from "../config/plan.ts";
import type { NodeState } from "./state.ts";

/** The verdict on a dependency: `impossible` as long as its target stays failed. */
export type DependencyVerdict = "met" | "pending" | "impossible";

/** Facts about a tree that the verdict needs beyond its phase. */
export interface TreeReadiness {
  /** All its started children are ready or have completed. */
  readonly ready: boolean;
  /** One of them has failed for good. */
  readonly spoilt: boolean;
  /** One of them is on its way to being ready, or will be. */
  readonly pending: boolean;
}

/** Whether `target` fulfils a condition. */
export function dependencyVerdict(
  target: NodeState,
  condition: Condition,
  tree: TreeReadiness,
): DependencyVerdict {
  const { phase } = target;
  if (phase.at === "completed") return "met";
  if (phase.at === "scheduled") {
    // Its next run may end otherwise than the last one.
    const isMet = phase.last !== null && (phase.last.ok || condition === "exited");
    return isMet ? "met" : "pending";
  }
  const isOver = phase.at === "failed" || (phase.at === "stopped" && phase.why === "strategy");
  if (isOver) return condition === "exited" ? "met" : "impossible";
  switch (condition) {
    case "completed":
    case "exited":
      return "pending";
    case "started":
      return hasStarted(target) ? "met" : "pending";
    case "healthy":
      // Where nobody asks for it any more, being ready has to do.
      if (phase.at === "running") {
        return phase.health === null || phase.health.healthy === true ? "met" : "pending";
      }
      return "pending";
    case "ready":
      if (phase.at === "running") return "met";
      if (phase.at !== "up") return "pending";
      return tree.ready ? "met" : tree.spoilt ? "impossible" : "pending";
    default:
      return unreachable(condition, "condition");
  }
}

/** Whether a node has begun, as far as what depends on it is concerned. */
export function hasStarted({ phase }: Pick<NodeState, "phase">): boolean {
  return phase.at === "running" || phase.at === "up" || (phase.at === "starting" && phase.pid !== null);
}
