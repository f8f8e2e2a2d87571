/** Since when a node is in its state. PURE. */
import type { Instant } from "../base/instant.ts";
import type { NodeId } from "../config/plan.ts";
import type { State } from "../supervision/state.ts";

/** How long, in milliseconds; null if that is not known. */
export function sinceMsOf(state: State, id: NodeId, now: Instant): number | null {
  const node = state.nodes.get(id)!;
  const { phase } = node;
  if (phase.at === "running") return now - phase.readyAt;
  if ("since" in phase) return now - phase.since;
  return node.kind === "actor" && node.lastExit !== null ? now - node.lastExit.at : null;
}
