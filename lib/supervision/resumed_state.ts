/**
 * The state in which a new supervisor goes on where an earlier one was killed. Its plan may be another one: nodes are known
 * by their addresses.
 */
import type { Instant } from "../base/instant.ts";
import { type NodeId, type NodeSpec, type Plan, ROOT } from "../config/plan.ts";
import { freshNode, initialState } from "./initial_state.ts";
import { NodeMap } from "./node_map.ts";
import { NOT_PROBED } from "./probe_schedule.ts";
import type { NodeState, State } from "./state.ts";
import type { Figures } from "./state_change.ts";

/** What an earlier supervisor has left written. */
export interface SavedState {
  readonly figures: Figures;
  readonly nodes: ReadonlyMap<NodeId, NodeState>;
}

/** As of `now`; null if there is nothing to go on with, because the tree had not begun or was already coming down. */
export function resumedState(plan: Plan, saved: SavedState, now: Instant): State | null {
  if (saved.nodes.get(ROOT)?.phase.at !== "up") return null;
  const fresh = initialState(plan, saved.figures.chance);
  const nodes = new Map<NodeId, NodeState>();
  for (const spec of plan.nodes) {
    const known = saved.nodes.get(spec.path);
    const isSame = known !== undefined && (known.kind === "tree") === (spec.kind === "tree");
    const tree = spec.parent === null ? null : nodes.get(spec.parent)!;
    nodes.set(spec.path, isSame ? carryOver(known, now) : newcomer(spec, tree, now));
  }
  return { ...fresh, ...saved.figures, nodes: NodeMap.of(fresh.topology, (id) => nodes.get(id)!) };
}

/** A node that the plan has kept. What was on its way to the supervisor that is gone never comes. */
function carryOver(node: NodeState, now: Instant): NodeState {
  if (node.kind === "tree") return node;
  const { phase } = node;
  switch (phase.at) {
    case "starting": {
      // Nobody has looked meanwhile whether it is ready: it has its whole time again.
      const heldMs = now - phase.since;
      return {
        ...node,
        phase: { ...phase, joined: false, ...NOT_PROBED, hold: null, heldMs },
      };
    }
    case "running":
      return { ...node, phase: { ...phase, joined: false, hold: null } };
    case "stopping":
      return { ...node, phase: { ...phase, ladder: { ...phase.ladder, joined: false } } };
    default:
      return node;
  }
}

/** What is new in the plan starts like the others, if its tree is at work. */
function newcomer(spec: NodeSpec, tree: NodeState | null, now: Instant): NodeState {
  const node = freshNode(spec);
  if (!spec.autostart || tree?.phase.at !== "up") return node;
  const phase = { at: "waiting", since: now } as const;
  return node.kind === "tree" ? { ...node, phase } : { ...node, phase };
}
