/**
 * A state as it is written down while it changes, for a later supervisor to go on from. Each step is a line that holds
 * what it has changed; instants are those of a clock that goes on (`lib/daemon/shifted_clock.ts`).
 */
import { NEVER } from "../base/instant.ts";
import { decodeJsonOrNull, type JsonLimits } from "../base/shape.ts";
import type { NodeId } from "../config/plan.ts";
import type { NodeState, State } from "./state.ts";
import { type Figures, NEVER_WORD, type StateChange, stateChangeShape } from "./state_shape.ts";

export type { Figures, StateChange };

/** A state of a thousand nodes with long reasons is some megabytes long. */
const LIMITS: JsonLimits = { maxChars: 64 * 1_024 * 1_024, maxDepth: 64 };

/** The difference of `after`; null if nothing in it outlives a supervisor. */
export function changeBetween(before: State, after: State): StateChange | null {
  if (after.topology !== before.topology) return wholeOf(after);
  const nodes = before.nodes.changedIn(after.nodes);
  const isSame = nodes.length === 0 && after.seq === before.seq && after.cancelled === before.cancelled &&
    after.rollouts === before.rollouts;
  return isSame ? null : changeOf(after, nodes, false);
}

/** All of a state, as a change of nothing. */
export function wholeOf(state: State): StateChange {
  return changeOf(state, [...state.nodes.values()], true);
}

/** A change as a line of text. Specs are left out: they may hold secrets, and a later supervisor has a plan of its own. */
export function encodeChange(change: StateChange): string {
  return JSON.stringify(
    change,
    (key, value) => key === "spec" ? undefined : value === NEVER ? NEVER_WORD : value,
  );
}

/** Reads a change; null if the line is none, or is cut off. */
export function decodeChange(text: string): StateChange | null {
  return decodeJsonOrNull(stateChangeShape, text, LIMITS);
}

/** Several changes, the oldest first, as one: the last of each node. */
export function foldChanges(
  changes: readonly StateChange[],
): { readonly figures: Figures; readonly nodes: ReadonlyMap<NodeId, NodeState> } | null {
  const last = changes.at(-1);
  if (last === undefined) return null;
  const since = changes.slice(Math.max(0, changes.findLastIndex(({ isWhole }) => isWhole)));
  const nodes = new Map(since.flatMap((change) => change.nodes).map((node) => [node.id, node]));
  const { seq, runs, chance, cancelled, holding, rollouts } = last;
  return { figures: { seq, runs, chance, cancelled, holding, rollouts }, nodes };
}

function changeOf(
  { seq, runs, chance, cancelled, holding, rollouts }: State,
  nodes: readonly NodeState[],
  isWhole: boolean,
): StateChange {
  return { isWhole, seq, runs, chance, cancelled, holding, rollouts, nodes };
}
