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

/** What is different in `after`; null if nothing is that outlives a supervisor. */
export function changeBetween(before: State, after: State): StateChange | null {
  const nodes = after.nodes.filter((node, id) => node !== before.nodes[id]);
  const isSame = nodes.length === 0 && after.seq === before.seq && after.cancelled === before.cancelled;
  return isSame ? null : changeOf(after, nodes);
}

/** All of a state, as a change of nothing. */
export function wholeOf(state: State): StateChange {
  return changeOf(state, state.nodes);
}

/** A change as a line of text. */
export function encodeChange(change: StateChange): string {
  return JSON.stringify(change, (_key, value) => value === NEVER ? NEVER_WORD : value);
}

/** Reads a change; null if the line is none, or is cut off. */
export function decodeChange(text: string): StateChange | null {
  return decodeJsonOrNull(stateChangeShape, text, LIMITS);
}

/** What several changes, the oldest first, come to: the last of each node, by its number. */
export function foldChanges(
  changes: readonly StateChange[],
): { readonly figures: Figures; readonly nodes: ReadonlyMap<NodeId, NodeState> } | null {
  const last = changes.at(-1);
  if (last === undefined) return null;
  const nodes = new Map(changes.flatMap((change) => change.nodes).map((node) => [node.id, node]));
  const { seq, runs, chance, cancelled } = last;
  return { figures: { seq, runs, chance, cancelled }, nodes };
}

function changeOf({ seq, runs, chance, cancelled }: State, nodes: readonly NodeState[]): StateChange {
  return { seq, runs, chance, cancelled, nodes };
}
