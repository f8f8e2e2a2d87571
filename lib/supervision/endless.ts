/**
 * Nodes that are started again and again without becoming ready, perhaps for ever: nobody is kept waiting for them, nor for
 * what waits for them.
 */
import type { NodeId } from "../config/plan.ts";
import type { NodeState } from "./state.ts";
import type { Topology } from "./topology.ts";

/** After more restarts in a row nobody is kept waiting: a tree with a budget for them goes on so, perhaps for ever. */
export const MOST_UNSETTLED = 10;

/** See the module. */
export function isEndless({ failedStarts, phase }: NodeState): boolean {
  if (failedStarts <= MOST_UNSETTLED) return false;
  return phase.at === "backing_off" || phase.at === "waiting" || phase.at === "regrouping" ||
    phase.at === "starting" || phase.at === "stopping";
}

/** Nodes that cannot be waited for, as long as nodes are endless. */
export interface Hopeless {
  /** Those that are endless, and all below them. */
  readonly restless: ReadonlySet<NodeId>;
  /** Those that wait for them, however far, if they wait at all. */
  readonly stuck: ReadonlySet<NodeId>;
}

const NONE: Hopeless = { restless: new Set(), stuck: new Set() };

/** See the type. It costs what is found. */
export function hopelessBy({ places, byId }: Topology, endless: readonly NodeId[]): Hopeless {
  if (endless.length === 0) return NONE;
  const subtree = (id: NodeId) => {
    const { index, end } = byId.get(id)!;
    return places.slice(index, end).map((place) => place.id);
  };
  const restless = new Set(endless.flatMap(subtree));
  const stuck = new Set<NodeId>();
  const pending = [...restless];
  while (pending.length > 0) {
    const { id, ancestors } = byId.get(pending.pop()!)!;
    for (const needed of [id, ...ancestors]) {
      for (const waiting of [...byId.get(needed)!.dependents, ...laterInSequence(byId, needed)]) {
        for (const below of subtree(waiting)) {
          if (stuck.has(below)) continue;
          stuck.add(below);
          pending.push(below);
        }
      }
    }
  }
  return { restless, stuck };
}

/** The siblings that start after a node is ready. */
function laterInSequence(byId: Topology["byId"], id: NodeId): readonly NodeId[] {
  const { isInSequence, spec, position } = byId.get(id)!;
  const tree = isInSequence ? byId.get(spec.parent!)!.spec : null;
  return tree?.kind === "tree" ? tree.children.slice(position + 1) : [];
}
