/** The actors of a tree, those of the trees in it among them. PURE. */
import type { NodeId } from "../config/plan.ts";
import type { ActorState, State } from "../supervision/state.ts";

/** See the module. In file order; none for an actor. */
export function actorsBelow({ topology, nodes }: State, tree: NodeId): readonly ActorState[] {
  const { index, end } = topology.byId.get(tree)!;
  return topology.places.slice(index + 1, end).map(({ id }) => nodes.get(id)!)
    .filter((node) => node.kind === "actor");
}
