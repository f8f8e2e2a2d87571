/** Forgets failures: their counts, the pauses that follow from them, and that something was left failed. */
import type { NodeId } from "../config/plan.ts";
import { conclude } from "./conclude.ts";
import { NO_FAILURES } from "./no_failures.ts";
import { EMPTY_WINDOW } from "./restart_window.ts";
import type { Turn } from "./turn.ts";

/** Forgets those of nodes and all below them; returns the nodes that start again for it. */
export function forgetFailures(turn: Turn, nodes: readonly NodeId[], cause: number): readonly NodeId[] {
  const started: NodeId[] = [];
  // Trees come before their children, which start with them.
  const places = new Set(nodes.flatMap((node) => turn.subtree(node)));
  for (const { id, isLeaving } of places) {
    if (isLeaving) continue;
    turn.set(id, { ...NO_FAILURES, restarts: 0 });
    if (turn.node(id).kind === "tree") turn.setTree(id, { window: EMPTY_WINDOW });
    if (startAgain(turn, id, cause)) started.push(id);
  }
  return started;
}

/** Starts what is down for its failures, where its tree is at work; what is down in another one starts with that. */
function startAgain(turn: Turn, id: NodeId, cause: number): boolean {
  const { parent } = turn.spec(id);
  if (parent === null || turn.tree(parent).phase.at !== "up") return false;
  const node = turn.node(id);
  switch (node.phase.at) {
    case "failed":
    case "backing_off":
      conclude(turn, id, { to: "waiting" }, cause);
      return true;
    case "scheduled":
      if (node.phase.last?.ok === false) turn.set(id, { phase: { ...node.phase, last: null } });
      return false;
    case "regrouping": {
      const { regroupAt } = turn.tree(parent);
      if (regroupAt !== null && regroupAt > turn.now) turn.setTree(parent, { regroupAt: turn.now });
      return true;
    }
    case "stopping": {
      if (node.kind !== "actor" || node.phase.at !== "stopping") return false;
      const { to } = node.phase.then;
      if (to !== "failed" && to !== "backing_off") return false;
      turn.setActor(id, { phase: { ...node.phase, then: { to: "waiting" } } });
      return true;
    }
    default:
      return false;
  }
}
