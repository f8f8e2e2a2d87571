/** The first failure behind another one, also where a tree that goes on has passed it on. PURE. */
import type { NodeId } from "../config/plan.ts";
import type { FailReason } from "../supervision/reason.ts";
import { type RootCause, rootCause } from "../supervision/root_cause.ts";
import type { State } from "../supervision/state.ts";
import { actorsBelow } from "./below.ts";

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
  state: State,
  tree: NodeId,
): { readonly id: NodeId; readonly reason: FailReason } | null {
  const [first] = actorsBelow(state, tree)
    .flatMap(({ id, cause, phase }) => phase.at === "failed" ? [{ id, cause, reason: phase.reason }] : [])
    .toSorted((a, b) => a.cause - b.cause);
  return first ?? null;
}
