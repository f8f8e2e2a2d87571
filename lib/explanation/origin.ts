/** The first failure behind another one, also where a tree that goes on has passed it on. PURE. */
import type { NodeId } from "../config/plan.ts";
import type { FailReason } from "../supervision/reason.ts";
import { type RootCause, rootCause } from "../supervision/root_cause.ts";
import type { NodeState, State } from "../supervision/state.ts";

/** See the module. Null for a failure that is its own. */
export function originOf(state: State, reason: FailReason): RootCause | null {
  const found = rootCause(state, reason);
  const failed = found.reason.kind === "dependency" ? firstFailedIn(state, found.reason.on) : null;
  if (failed === null) return found.node === null ? null : found;
  const below = rootCause(state, failed.reason);
  return below.node === null ? { node: failed.id, reason: failed.reason } : below;
}

/** The actor of a tree that has failed first; null if none has. */
function firstFailedIn(
  { topology, nodes }: State,
  tree: NodeId,
): { readonly id: NodeId; readonly reason: FailReason } | null {
  const failed = topology.places.filter(({ ancestors }) => ancestors.includes(tree))
    .flatMap(({ id }): readonly NodeState[] => {
      const node = nodes.get(id)!;
      return node.kind === "actor" && node.phase.at === "failed" ? [node] : [];
    })
    .toSorted((a, b) => a.cause - b.cause);
  const [first] = failed;
  return first?.phase.at === "failed" ? { id: first.id, reason: first.phase.reason } : null;
}
