/** The nodes of a tree that want attention: what has failed, is restarted, is unhealthy, or is being stopped. PURE. */
import type { Instant } from "../base/instant.ts";
import type { NodeId } from "../config/plan.ts";
import { type ActorState, hasEndedForGood, type LastExit, type State } from "../supervision/state.ts";
import { type View, viewOf } from "../supervision/view.ts";
import { actorsBelow } from "./below.ts";
import { sinceMsOf } from "./since.ts";

/** An actor that wants attention. */
export interface Trouble extends Pick<View, "state" | "why" | "pid"> {
  readonly path: NodeId;
  /** How long it has been so, in milliseconds; null if that is not known. */
  readonly sinceMs: number | null;
  /** Restarts in a row, and the end that led to the last of them; null where that is told by the reason, or there was none. */
  readonly loop: { readonly restarts: number; readonly last: Pick<LastExit, "exit" | "error"> } | null;
}

/** The inside of a tree. */
export interface Inside {
  /** How many of its actors are ready or have completed, and how many are to be. */
  readonly good: number;
  readonly all: number;
  /** The actors that want attention, those that have failed first; at most a hundred. */
  readonly troubles: readonly Trouble[];
  /** How many more there are. */
  readonly more: number;
}

/** More are a number: trees have thousands of actors. */
const MOST = 100;

/** The inside of a tree; null for an actor. */
export function insideOf(state: State, id: NodeId, now: Instant): Inside | null {
  if (state.nodes.get(id)!.kind !== "tree") return null;
  const actors = actorsBelow(state, id);
  const wanted = actors.filter(({ phase }) => phase.at !== "inactive" && phase.at !== "scheduled");
  const troubled = actors.map((node) => ({ node, rank: rankOf(node) }))
    .filter(({ rank }) => rank !== null)
    .toSorted((a, b) => a.rank! - b.rank!);
  return {
    good: wanted.filter(({ phase }) => phase.at === "running" || phase.at === "completed").length,
    all: wanted.length,
    troubles: troubled.slice(0, MOST).map(({ node }) => {
      const { state: visible, why, pid } = viewOf(state, node, now);
      const loop = why === null && node.streak > 0 && node.lastExit !== null
        ? { restarts: node.streak, last: node.lastExit }
        : null;
      return { path: node.id, state: visible, why, pid, sinceMs: sinceMsOf(state, node.id, now), loop };
    }),
    more: Math.max(0, troubled.length - MOST),
  };
}

/** How early an actor is told of; null if nothing is wrong with it. */
function rankOf(node: ActorState): number | null {
  const { phase } = node;
  switch (phase.at) {
    case "failed":
      // A failure that a dependency has passed on is told after the one that it began with.
      return phase.reason.kind === "dependency" ? 1 : 0;
    case "backing_off":
    case "regrouping":
      return 2;
    case "starting":
      return node.streak > 0 ? 3 : null;
    case "running":
      if (node.streak > 0) return 3;
      return phase.hold !== null || (phase.health !== null && phase.health.lastError !== null) ? 3 : null;
    case "stopping":
      return 4;
    case "stopped":
      return hasEndedForGood(node) || phase.why === "request" ? 5 : null;
    case "scheduled":
      return phase.last?.ok === false ? 6 : null;
    default:
      return null;
  }
}
