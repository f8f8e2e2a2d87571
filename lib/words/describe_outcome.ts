import { rootCause } from "../supervision/root_cause.ts";
import type { Outcome, State } from "../supervision/state.ts";
import { describeReason } from "./describe_reason.ts";

/** Why a tree did not end well, as a sentence for people; null if it did. */
export function describeOutcome(state: State, outcome: Outcome): string | null {
  if (outcome.kind === "completed" || outcome.kind === "cancelled") return null;
  const { node, reason } = rootCause(state, outcome.reason);
  const text = describeReason(reason);
  const isNamed = reason.kind === "gave_up" && reason.by === node;
  return node === null || isNamed ? text : `"${node}" has failed: ${text}`;
}
