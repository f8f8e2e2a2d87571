/**
 * The state of a node, its reason, and what comes next, as data: all that `explain` says of the present. The past is in the
 * journal (`causes.ts`, `past.ts`). Times are in milliseconds from now. PURE.
 */
import type { Instant } from "../base/instant.ts";
import type { NodeId, NodeSpec } from "../config/plan.ts";
import { type Budget, budgetOf } from "../supervision/budget.ts";
import type { RootCause } from "../supervision/root_cause.ts";
import type { LastExit, NodeState, State } from "../supervision/state.ts";
import { type View, viewOf, type Why } from "../supervision/view.ts";
import { failingOf } from "./failing.ts";
import { type Forecast, forecast } from "./forecast.ts";
import { type Inside, insideOf } from "./inside.ts";
import { type Next, nextOf } from "./next.ts";
import { originOf } from "./origin.ts";
import type { Living, Present } from "./present.ts";
import { sinceMsOf } from "./since.ts";
import { rootsOf, type Wait, waitsOf } from "./waits.ts";

/** See the module. */
export interface Explanation {
  readonly path: NodeId;
  readonly kind: NodeSpec["kind"];
  readonly state: View["state"];
  readonly ready: boolean | null;
  readonly healthy: boolean | null;
  readonly pid: number | null;
  /** Words of its own about itself; null for none. */
  readonly says: string | null;
  /** How long it has been so; null if that is not known. */
  readonly sinceMs: number | null;
  readonly why: Why | null;
  /** Number of the journal entry that led to its state; 0 if there was none. */
  readonly cause: number;
  /** Those that led to the state of the one that it is about in the end, where that is another. */
  readonly rootCauses: readonly number[];
  readonly starts: number;
  readonly restarts: number;
  /** The end of its last run; null if none has ended. */
  readonly lastExit: (Pick<LastExit, "exit" | "error"> & { readonly agoMs: number }) | null;
  /** Whether it is to run for ever; null for a tree. */
  readonly daemon: boolean | null;
  readonly restart: NodeSpec["restart"];
  /** The restarts that it has left; null if nobody restarts it. */
  readonly budget: Budget | null;
  readonly next: readonly Next[];
  readonly waits: readonly Wait[];
  /** How many more it waits for. */
  readonly moreWaits: number;
  /** The actors in it; null for an actor. */
  readonly inside: Inside | null;
  /** The processes that are yet to end, where it is being stopped, or others in it are. */
  readonly alive: readonly Living[];
  /** The nodes that depend on it, and whether they wait for that now. */
  readonly neededBy: readonly { readonly path: NodeId; readonly isWaiting: boolean }[];
  /** The nodes that it depends on and whose present runs are younger than its own, with the ages of these. */
  readonly outlived: readonly { readonly path: NodeId; readonly ageMs: number }[];
  /** The rolling restart that it has its turn in; null if it has none now. */
  readonly rollout: { readonly after: readonly NodeId[] } | null;
  /** Where its failure began, if that is elsewhere. */
  readonly root: RootCause | null;
  /** The consequences if it goes on failing; null where that is not the question. */
  readonly forecast: Forecast | null;
  /** The same of who it waits for in the end, or of those in a tree that want attention. */
  readonly roots: readonly {
    readonly path: NodeId;
    readonly next: readonly Next[];
    readonly forecast: Forecast | null;
  }[];
}

/** More root causes have no forecast of their own. */
const MOST_ROOTS = 3;

/** Explains a node that there is. */
export function explainNode(state: State, id: NodeId, present: Present): Explanation {
  const { now } = present;
  const node = state.nodes.get(id)!;
  const { spec } = state.topology.byId.get(id)!;
  const view = viewOf(state, node, now);
  const { waits, more } = waitsOf(state, id, now);
  const inside = insideOf(state, id, now);
  const root = node.phase.at === "failed" ? originOf(state, node.phase.reason) : null;
  const ends = [...rootsOf(waits).map(({ on }) => on), ...inside?.troubles.map(({ path }) => path) ?? []];
  const roots = [...new Set(ends)].slice(0, MOST_ROOTS);
  return {
    path: id,
    kind: spec.kind,
    state: view.state,
    ready: view.ready,
    healthy: view.healthy,
    pid: view.pid,
    says: view.says,
    sinceMs: sinceMsOf(state, id, now),
    why: view.why,
    cause: node.cause,
    rootCauses: [...root === null || root.node === null ? [] : [root.node], ...roots.slice(0, 1)]
      .map((path) => state.nodes.get(path)!.cause),
    starts: node.starts,
    restarts: node.restarts,
    lastExit: lastExitOf(node, now),
    daemon: spec.kind === "tree" ? null : spec.daemon,
    restart: spec.restart,
    budget: budgetOf(state, id, now),
    next: nextOf(state, node, present),
    waits,
    moreWaits: more,
    inside,
    alive: stoppingIn(node, inside).flatMap((one) => present.living?.(one) ?? []),
    neededBy: neededBy(state, id),
    outlived: outlivedBy(state, node, now),
    rollout: rolloutOf(state, id),
    root,
    forecast: forecastOf(state, node, present),
    roots: roots.map((path) => {
      const end = state.nodes.get(path)!;
      return { path, next: nextOf(state, end, present), forecast: forecastOf(state, end, present) };
    }),
  };
}

function outlivedBy({ topology, nodes }: State, node: NodeState, now: Instant): Explanation["outlived"] {
  const begin = beginOf(node);
  if (begin === null) return [];
  return topology.byId.get(node.id)!.spec.dependsOn.flatMap(({ on }) => {
    const other = nodes.get(on);
    const its = other === undefined ? null : beginOf(other);
    return its === null || its <= begin ? [] : [{ path: on, ageMs: now - its }];
  });
}

/** When the present run of an actor that is ready began; null if it has none. */
function beginOf({ phase }: NodeState): Instant | null {
  return phase.at === "running" ? phase.since : null;
}

/** Those that have their turn after a replica that has had its own. */
function rolloutOf({ rollouts }: State, id: NodeId): Explanation["rollout"] {
  const own = rollouts.find(({ members }) => members.some((member) => member.id === id && member.isBegun));
  if (own === undefined) return null;
  return { after: own.members.filter(({ isBegun }) => !isBegun).map((member) => member.id) };
}

function stoppingIn({ id, kind, phase }: NodeState, inside: Inside | null): readonly NodeId[] {
  if (kind === "actor") return phase.at === "stopping" ? [id] : [];
  return inside!.troubles.filter(({ state }) => state === "stopping").map(({ path }) => path);
}

function lastExitOf(node: NodeState, now: Instant): Explanation["lastExit"] {
  if (node.kind !== "actor" || node.lastExit === null) return null;
  const { exit, error, at } = node.lastExit;
  return { exit, error, agoMs: Math.max(0, now - at) };
}

function neededBy({ topology, nodes }: State, id: NodeId): Explanation["neededBy"] {
  return topology.byId.get(id)!.dependents
    .map((path) => ({ path, isWaiting: nodes.get(path)!.phase.at === "waiting" }));
}

/** Failing is the question where something has failed, may fail, or is restarted. */
function forecastOf(state: State, node: NodeState, present: Present): Forecast | null {
  if (node.kind !== "actor") return null;
  const { phase, id } = node;
  const place = state.topology.byId.get(id)!;
  if (place.isLeaving || place.spec.kind === "tree") return null;
  if (phase.at !== "starting" && phase.at !== "running" && phase.at !== "backing_off") return null;
  if (node.doom !== null || state.cancelled !== null || state.holding !== null) return null;
  const failing = failingOf(node, place.spec);
  if (failing.how === "unhealthy" && place.spec.health?.onFailure === "ignore") return null;
  return forecast(state, id, failing, present);
}
