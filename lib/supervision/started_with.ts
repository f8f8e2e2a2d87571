import type { NodeId } from "../config/plan.ts";
import type { Turn } from "./turn.ts";

/** A node, and all below it that starts with it: not what is started by hand alone, nor what is below that. */
export function startedWith(turn: Turn, id: NodeId): readonly NodeId[] {
  const found: NodeId[] = [];
  let skippedTo = 0;
  for (const place of turn.subtree(id)) {
    if (place.isLeaving || place.index < skippedTo) continue;
    if (place.id === id || place.spec.autostart) found.push(place.id);
    else skippedTo = place.end;
  }
  return found;
}
