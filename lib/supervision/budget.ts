/** The counter of the restarts of a child: its supervisor, for all of its children together, or each child for itself. */
import type { Instant } from "../base/instant.ts";
import { type Intensity, type NodeId, specAt, type TreeSpec } from "../config/plan.ts";
import { recordRestart } from "./restart_window.ts";
import type { State } from "./state.ts";
import type { Turn } from "./turn.ts";

/** One restart that was asked for. */
export interface Spent {
  readonly granted: boolean;
  /** How many more would be granted now; null for any number. */
  readonly left: number | null;
}

/** The restarts that are left of those that a child may have. */
export interface Budget {
  readonly intensity: Intensity;
  /** How many would be granted now; null for any number. */
  readonly left: number | null;
  /** How long until one more is, in milliseconds; null if all are. */
  readonly oneMoreInMs: number | null;
  /** The supervisor that counts them for all of its children together; null if they are the child's own. */
  readonly sharedBy: NodeId | null;
}

/** The budget of a child, as of `now`; null for the root, which nobody restarts, and for what the plan has no more. */
export function budgetOf(state: State, id: NodeId, now: Instant): Budget | null {
  const place = state.topology.byId.get(id);
  if (place === undefined || place.isLeaving || place.spec.parent === null) return null;
  const { spec } = place;
  const parent = specAt(state.plan, place.spec.parent) as TreeSpec;
  const isOwn = parent.onFailure === "fail_child";
  const counting = state.nodes.get(isOwn ? id : parent.path)!;
  const window = isOwn || counting.kind !== "tree" ? counting.ownWindow : counting.window;
  const intensity = (isOwn && spec.kind !== "tree" ? spec.intensity : null) ?? parent.intensity;
  const { granted, left, window: { at } } = recordRestart(window, now, intensity);
  // The one that was asked for just now counts for nothing.
  const oldest = granted && at.length === 1 ? undefined : at[0];
  return {
    intensity,
    left: left === null ? null : left + Number(granted),
    oneMoreInMs: oldest === undefined || intensity === "unlimited"
      ? null
      : Math.max(0, oldest + intensity.withinMs - now),
    sharedBy: isOwn ? null : parent.path,
  };
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

/** The bound of the restarts of a child. That of a nested tree is about its own children. */
export function intensityFor(turn: Turn, id: NodeId): Intensity {
  const spec = turn.spec(id);
  const own = spec.kind !== "tree" && isCountedByItself(turn, id) ? spec.intensity : null;
  return own ?? turn.treeSpec(spec.parent!).intensity;
}
