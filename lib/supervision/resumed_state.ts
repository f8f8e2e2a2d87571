/**
 * The state in which a new supervisor goes on where an earlier one was killed. Its plan may be another one: nodes are known
 * by their addresses.
 */
import type { Instant } from "../base/instant.ts";
import { type NodeId, type NodeSpec, type Plan, ROOT } from "../config/plan.ts";
import { initialState } from "./initial_state.ts";
import { NOT_PROBED } from "./probe_schedule.ts";
import type { FailReason } from "./reason.ts";
import type { NodeState, State } from "./state.ts";
import type { Figures } from "./state_change.ts";

/** What an earlier supervisor has left written. */
export interface SavedState {
  readonly figures: Figures;
  /** By the numbers that they had. */
  readonly nodes: ReadonlyMap<NodeId, NodeState>;
  /** Addresses by the numbers that nodes had. */
  readonly paths: readonly string[];
}

/** As of `now`; null if there is nothing to go on with, because the tree had not begun or was already coming down. */
export function resumedState(plan: Plan, saved: SavedState, now: Instant): State | null {
  const fresh = initialState(plan, saved.figures.chance);
  const moves = new Map(
    saved.paths.map((path, id) => [id, plan.nodes.findIndex((node) => node.path === path)]),
  );
  const before = new Map([...moves].map(([id, to]) => [to, saved.nodes.get(id)]));
  if (before.get(ROOT)?.phase.at !== "up") return null;
  const nodes: NodeState[] = [];
  for (const spec of plan.nodes) {
    const known = before.get(spec.id);
    const isSame = known !== undefined && (known.kind === "tree") === (spec.kind === "tree");
    const node = isSame
      ? carryOver(known, spec.id, moves, now)
      : newcomer(fresh.nodes[spec.id]!, spec, nodes[spec.parent!]!, now);
    nodes.push(node);
  }
  return { ...fresh, ...saved.figures, nodes };
}

/** A node that the plan has kept, with its new number. What was on its way to the supervisor that is gone never comes. */
function carryOver(node: NodeState, id: NodeId, moves: ReadonlyMap<NodeId, NodeId>, now: Instant): NodeState {
  const moved = withMovedReasons(node, moves);
  if (moved.kind === "tree") return { ...moved, id };
  const { phase } = moved;
  switch (phase.at) {
    case "starting": {
      // Nobody has looked meanwhile whether it is ready: it has its whole time again.
      const heldMs = now - phase.since;
      return {
        ...moved,
        id,
        phase: { ...phase, joined: false, ...NOT_PROBED, hold: null, heldMs },
      };
    }
    case "running":
      return { ...moved, id, phase: { ...phase, joined: false, hold: null } };
    case "stopping":
      return { ...moved, id, phase: { ...phase, ladder: { ...phase.ladder, joined: false } } };
    default:
      return { ...moved, id };
  }
}

/** What is new in the plan starts like the others, if its tree is at work. */
function newcomer(node: NodeState, { autostart }: NodeSpec, tree: NodeState, now: Instant): NodeState {
  if (!autostart || tree.phase.at !== "up") return node;
  const phase = { at: "waiting", since: now } as const;
  return node.kind === "tree" ? { ...node, phase } : { ...node, phase };
}

/** Reasons name other nodes by their numbers. One that is gone is named as the tree. */
function withMovedReasons<T>(value: T, moves: ReadonlyMap<NodeId, NodeId>): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((part) => withMovedReasons(part, moves)) as T;
  const parts = Object.entries(value).map(([key, part]) => [key, withMovedReasons(part, moves)]);
  const copy = Object.fromEntries(parts) as Record<string, unknown>;
  for (const key of NODE_KEYS[copy["kind"] as FailReason["kind"]] ?? []) {
    copy[key] = Math.max(ROOT, moves.get(copy[key] as NodeId) ?? ROOT);
  }
  return copy as T;
}

/** Where reasons name nodes. */
const NODE_KEYS: Readonly<Partial<Record<FailReason["kind"], readonly string[]>>> = {
  dependency: ["on"],
  gave_up: ["by"],
  child: ["child"],
};
