/** A node as people are shown it. The names are a contract; the phases behind them are ours to change. */
import { type Instant, NEVER } from "../base/instant.ts";
import { type Dependency, type HookName, nodeAt, type NodeId, type Plan, specAt } from "../config/plan.ts";
import { gateOf } from "../config/profiles.ts";
import { askedBy, type Asker } from "./asker.ts";
import { readinessIn } from "./count.ts";
import { dependencyVerdict, type TreeReadiness } from "./dependencies.ts";
import { maskWords } from "./mask_words.ts";
import { whyNotReady } from "./probe_schedule.ts";
import type { FailReason, StopReason } from "./reason.ts";
import {
  isOver,
  type LastExit,
  type NodeState,
  type RunningPhase,
  type StartingPhase,
  type State,
} from "./state.ts";
import type { Ladder } from "./stop_ladder.ts";
import type { Place } from "./topology.ts";

/** The states that people see. */
export type VisibleState =
  | "inactive"
  | "waiting"
  | "starting"
  | "running"
  | "backing_off"
  | "stopping"
  | "stopped"
  | "completed"
  | "failed";

/** The part of a view that costs next to nothing. */
export interface Glance {
  readonly state: VisibleState;
  /** Null where there is nothing to be ready. */
  readonly ready: boolean | null;
  /** Null where nobody asks, or nothing is known yet. */
  readonly healthy: boolean | null;
}

/** A node as people see it. */
export interface View extends Glance {
  readonly pid: number | null;
  /** When the present run began; null if there is none. */
  readonly since: Instant | null;
  /** Why it is in that state, where that is not obvious. */
  readonly why: Why | null;
  /** Its own words; null for none. */
  readonly says: string | null;
  /** When its schedule has it run next: a date in milliseconds since 1970, or a time from now; null if it does not. */
  readonly next: NextRun | null;
}

/** See {@linkcode View}. */
export type NextRun = { readonly date: number } | { readonly inMs: number };

/** A step of a stop that is followed by SIGKILL. */
export type Rung = Exclude<Ladder["rung"], "kill" | "over">;

/** Why a node is in its state. */
export type Why =
  /** It waits for these dependencies, and for `more` of them. */
  | { readonly kind: "dependencies"; readonly unmet: readonly Dependency[]; readonly more: number }
  /** It waits for siblings that start before it. */
  | { readonly kind: "turn" }
  /** It waits for its supervisor to be at work. */
  | { readonly kind: "tree" }
  | { readonly kind: "backoff"; readonly inMs: number; readonly reason: FailReason }
  /** It is started again with its siblings; `after` says how it ended, if it did. */
  | { readonly kind: "siblings"; readonly after: LastExit | null }
  /** It waits to be spawned; `lack` says what the machine refuses it for, if it does. */
  | { readonly kind: "spawn"; readonly lack: string | null }
  /** A command goes on that comes first. */
  | { readonly kind: "hook"; readonly hook: HookName }
  /** The answer of the last attempt to find it ready. */
  | { readonly kind: "probe"; readonly error: string }
  /** The answer of the last check of its health; whether so many have failed that it counts as unhealthy. */
  | { readonly kind: "health"; readonly error: string; readonly isUnhealthy: boolean }
  | { readonly kind: "held"; readonly report: string }
  /** It is to stop, after what depends on it. */
  | { readonly kind: "dependents" }
  | { readonly kind: "teardown"; readonly withinMs: number }
  | { readonly kind: "stopping"; readonly rung: Rung; readonly killInMs: number }
  | { readonly kind: "killed" }
  | { readonly kind: "stopped"; readonly by: StopReason; readonly asker?: Asker }
  | { readonly kind: "failed"; readonly reason: FailReason }
  /** None of its profiles is active, or none of those of a tree around it. */
  | {
    readonly kind: "profile";
    readonly of: NodeId;
    readonly isTreeAround: boolean;
    readonly profiles: readonly string[];
  };

/** The nodes that people are shown, in file order: what leaves is shown until it is over. */
export function presentIn(state: State): readonly NodeId[] {
  return state.topology.places.filter((place) => isPresent(state, place)).map(({ id }) => id);
}

/** Whether people are shown a node. */
export function isPresent({ nodes }: State, { id, isLeaving }: Place): boolean {
  return !isLeaving || !isOver(nodes.get(id)!);
}

/** Views of all nodes, in file order. */
export function viewsOf(state: State, now: Instant): ReadonlyMap<NodeId, View> {
  return new Map([...state.nodes.values()].map((node) => [node.id, viewOf(state, node, now)]));
}

/** The view of one node. */
export function viewOf(state: State, node: NodeState, now: Instant): View {
  return {
    ...glanceAt(state, node),
    pid: node.kind === "actor" && "pid" in node.phase ? node.phase.pid : null,
    since: sinceOf(node),
    why: whyOf(state, node, now),
    says: saysOf(node),
    next: nextOf(node, now),
  };
}

/** The glance at one node. */
export function glanceAt(state: State, node: NodeState): Glance {
  const readiness = readinessOf(state, node.id);
  return {
    state: visibleState(node, readiness),
    ready: readyOf(node, readiness),
    healthy: node.phase.at === "running" ? node.phase.health?.healthy ?? null : null,
  };
}

function readinessOf({ books }: State, id: NodeId): TreeReadiness {
  return readinessIn(books.counts.get(id)!);
}

/** A tree is `starting` for as long as something in it is; whether all of it is well is told by `ready`. */
function visibleState(node: NodeState, tree: TreeReadiness): VisibleState {
  switch (node.phase.at) {
    case "up":
      return tree.pending ? "starting" : "running";
    case "regrouping":
      return "backing_off";
    case "scheduled":
      return node.phase.last === null ? "inactive" : node.phase.last.ok ? "completed" : "failed";
    default:
      return node.phase.at;
  }
}

function readyOf(node: NodeState, tree: TreeReadiness): boolean | null {
  switch (node.phase.at) {
    case "running":
      return true;
    case "starting":
      return false;
    case "up":
      return tree.ready;
    case "stopping":
      return false;
    default:
      return null;
  }
}

function sinceOf({ phase }: NodeState): Instant | null {
  switch (phase.at) {
    case "starting":
      return phase.isMade ? phase.since : null;
    case "running":
    case "up":
      return phase.since;
    case "stopping":
      return "startedAt" in phase ? phase.startedAt : null;
    default:
      return null;
  }
}

function saysOf({ phase }: NodeState): string | null {
  if (!("word" in phase)) return null;
  const { doing, status, error } = phase.word;
  const said = [doing, status, error].filter((part) => part !== null);
  return said.length === 0 ? null : said.join(": ");
}

function nextOf(node: NodeState, now: Instant): NextRun | null {
  const appointment = node.kind === "actor" ? node.appointment : null;
  if (appointment === null || appointment.at === NEVER) return null;
  return appointment.by === "interval" ? { inMs: appointment.at - now } : { date: appointment.date };
}

function whyOf(state: State, node: NodeState, now: Instant): Why | null {
  const { phase } = node;
  switch (phase.at) {
    case "inactive":
      return whyInactive(state, node.id);
    case "scheduled":
      return phase.last?.ok === false ? { kind: "failed", reason: phase.last.reason } : null;
    case "waiting":
      return whyWaiting(state, node.id);
    case "backing_off":
      return { kind: "backoff", inMs: phase.until - now, reason: phase.reason };
    case "regrouping":
      return { kind: "siblings", after: node.kind === "actor" ? node.lastExit : null };
    case "starting":
      return whyHeld(phase) ?? whyUnready(state.plan, phase, now);
    case "running":
      if (phase.hold !== null) return whyHeld(phase);
      if (node.kind === "actor" && node.doom !== null) return { kind: "dependents" };
      return whyUnhealthy(state.plan, phase);
    case "stopping":
      return whyStopping(state, node, now);
    case "stopped":
      return { kind: "stopped", by: phase.why, ...askedBy(phase.asker) };
    case "failed":
      return { kind: "failed", reason: phase.reason };
    default:
      return null;
  }
}

/** How many dependencies are named; those on replicas may be a thousand. */
const MOST_NAMED = 4;

function whyWaiting(state: State, id: NodeId): Why {
  const { parent, dependsOn } = state.topology.byId.get(id)!.spec;
  const unmet = dependsOn.filter(({ on, condition }) =>
    dependencyVerdict(state.nodes.get(on)!, condition, readinessOf(state, on)) !== "met"
  );
  if (unmet.length > 0) {
    const more = Math.max(0, unmet.length - MOST_NAMED);
    return { kind: "dependencies", unmet: unmet.slice(0, MOST_NAMED), more };
  }
  const isParentUp = parent === null || state.nodes.get(parent)!.phase.at === "up";
  return { kind: isParentUp ? "turn" : "tree" };
}

function whyInactive({ plan }: State, id: NodeId): Why | null {
  const of = nodeAt(plan, id) === undefined ? null : gateOf(plan, id);
  if (of === null) return null;
  return { kind: "profile", of, isTreeAround: of !== id, profiles: specAt(plan, of).profiles };
}

function whyHeld({ hold }: StartingPhase | RunningPhase): Why | null {
  return hold === null ? null : { kind: "held", report: hold.crashes[0]!.report };
}

function whyUnhealthy(plan: Plan, { health }: RunningPhase): Why | null {
  if (health === null || health.lastError === null) return null;
  return { kind: "health", error: maskWords(plan, health.lastError)!, isUnhealthy: health.healthy === false };
}

function whyUnready(plan: Plan, phase: StartingPhase, now: Instant): Why | null {
  if (phase.hook !== null) return { kind: "hook", hook: "pre_start" };
  if (!phase.isMade) return { kind: "spawn", lack: phase.lack?.message ?? null };
  const { ready } = phase.spec;
  const error = ready === null ? null : maskWords(plan, whyNotReady(phase, ready, now));
  return error === null ? null : { kind: "probe", error };
}

function whyStopping({ holding }: State, { phase }: NodeState, now: Instant): Why | null {
  if (phase.at !== "stopping") return null;
  if (!("ladder" in phase)) {
    return { kind: "teardown", withinMs: phase.deadline - (holding?.since ?? now) };
  }
  const { rung, killAt } = phase.ladder;
  return rung === "kill" || rung === "over"
    ? { kind: "killed" }
    : { kind: "stopping", rung, killInMs: killAt - now };
}
