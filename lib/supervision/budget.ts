/** Who counts the restarts of a child: its supervisor, for all of its children together, or each child for itself. */
import type { Intensity, NodeId } from "../config/plan.ts";
import { recordRestart } from "./restart_window.ts";
import type { Turn } from "./turn.ts";

/** One restart that was asked for. */
export interface Spent {
  readonly granted: boolean;
  /** How many more would be granted now; null for any number. */
  readonly left: number | null;
}

/** Spends one restart of a child, if there is one. */
export function spendRestart(turn: Turn, id: NodeId): Spent {
  const supervisor = turn.spec(id).parent!;
  const intensity = intensityFor(turn, id);
  if (isCountedByItself(turn, id)) {
    const { window, ...spent } = recordRestart(turn.node(id).ownWindow, turn.now, intensity);
    turn.set(id, { ownWindow: window });
    return spent;
  }
  const { window, ...spent } = recordRestart(turn.tree(supervisor).window, turn.now, intensity);
  turn.setTree(supervisor, { window });
  return spent;
}

/** Whether a child that spends its restarts is left failed alone. */
export function isCountedByItself(turn: Turn, id: NodeId): boolean {
  return turn.treeSpec(turn.spec(id).parent!).onFailure === "fail_child";
}

/** What bounds the restarts of a child. That of a nested tree is about its own children. */
export function intensityFor(turn: Turn, id: NodeId): Intensity {
  const spec = turn.spec(id);
  const own = spec.kind !== "tree" && isCountedByItself(turn, id) ? spec.intensity : null;
  return own ?? turn.treeSpec(spec.parent!).intensity;
}
