/**
 * The state in which a new supervisor goes on where an earlier one was killed. Its plan may be another one: nodes are known
 * by their addresses.
 */
import type { Instant } from "../base/instant.ts";
import { type NodeId, type NodeSpec, type Plan, ROOT } from "../config/plan.ts";
import { initialState } from "./initial_state.ts";
import { NodeMap } from "./node_map.ts";
import { NOT_PROBED } from "./probe_schedule.ts";
import type { NodeState, State } from "./state.ts";
import type { Figures } from "./state_change.ts";
import { nodeFor } from "./with_plan.ts";
import { booksOf } from "./write_books.ts";
import { beginHealth } from "./run_health.ts";
import { runTime } from "./run_time.ts";

/** The state that an earlier supervisor has left written. */
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
    nodes.set(spec.path, nodeFor(spec, known && carriedOver(known, spec, now), nodes, now));
  }
  return {
    ...fresh,
    ...saved.figures,
    // The clients that have asked for them are connected no more.
    rollouts: saved.figures.rollouts.map((rollout) => ({ ...rollout, request: null })),
    nodes: NodeMap.of(fresh.topology, (id) => nodes.get(id)!),
    books: booksOf(fresh.topology, nodes, now),
  };
}

/**
 * A node as it goes on. Events on their way to the supervisor that is gone never come, and specs are not written down. A
 * crash that was held is not any more: `holding` ends with the first step, which puts deadlines off.
 */
function carriedOver(node: NodeState, spec: NodeSpec, now: Instant): NodeState {
  if (node.kind === "tree" || spec.kind === "tree") return node;
  const { phase } = node;
  switch (phase.at) {
    case "starting": {
      // Nobody has looked meanwhile whether it is ready: it has its whole time again.
      const heldMs = now - phase.since;
      const anew = { hook: null, lack: null, joined: false, ...NOT_PROBED, hold: null, heldMs };
      return { ...node, phase: { ...phase, spec, ...anew } };
    }
    case "running": {
      const { hold } = phase;
      const heldMs = hold === null ? phase.heldMs : phase.heldMs + now - hold.since;
      const health = beginHealth(spec.health, phase.word, runTime({ hold: null, heldMs }, now));
      return { ...node, phase: { ...phase, spec, joined: false, health, hold: null, heldMs } };
    }
    case "stopping":
      return { ...node, phase: { ...phase, spec, hook: null, ladder: { ...phase.ladder, joined: false } } };
    default:
      return node;
  }
}
