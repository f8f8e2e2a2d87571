/**
 * The state of a node, its reason, and what comes next, as data: all that `explain` says of the present. The past is in the
 * journal (`causes.ts`, `past.ts`). Times are in milliseconds from now. PURE.
 */
import { after, type Instant, NEVER } from "../base/instant.ts";
import { type ActorSpec, type NodeId, type NodeSpec, ROOT, type Schedule } from "../config/plan.ts";
import { type Budget, budgetOf } from "../supervision/budget.ts";
import type { Calendar } from "../supervision/calendar.ts";
import { runBy, startBy } from "../supervision/deadlines.ts";
import type { RootCause } from "../supervision/root_cause.ts";
import { healthDue } from "../supervision/run_health.ts";
import type { ActorState, LastExit, NodeState, State } from "../supervision/state.ts";
import { type View, viewOf, type Why } from "../supervision/view.ts";
import { failingOf } from "./failing.ts";
import { type Forecast, forecast } from "./forecast.ts";
import { type Inside, insideOf } from "./inside.ts";
import { originOf } from "./origin.ts";
import { sinceMsOf } from "./since.ts";
import { rootsOf, type Wait, waitsOf } from "./waits.ts";

/** Something that happens by itself. */
export type Next =
  & {
    /** When; null if nobody can tell. */
    readonly inMs: number | null;
    /** The keys of the file that say so; the first that the file has counts. */
    readonly keys: readonly string[];
  }
  & (
    | {
      readonly what: "restart" | "regroup" | "reset" | "kill" | "cancel_ends" | "teardown" | "spawn";
    }
    | { readonly what: "hook_timeout"; readonly limitMs: number }
    /** `overlap`: the fate of the run, if another one goes on then; null if none does now. */
    | { readonly what: "run"; readonly overlap: Schedule["overlap"] | null }
    | { readonly what: "start_timeout" | "run_timeout"; readonly limitMs: number }
    | { readonly what: "probe"; readonly attempt: number }
    /** `isTold`: nothing follows from failures but that they are told of. */
    | {
      readonly what: "check";
      readonly failures: number;
      readonly retries: number;
      readonly isTold: boolean;
    }
    | { readonly what: "watchdog"; readonly limitMs: number }
  );

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

/** A process of a run. */
export interface Living {
  readonly path: NodeId;
  readonly pid: number;
  /** Name of its program, as the kernel has it. */
  readonly name: string;
  /** Whether it is stopped, or waits for the kernel, so that it does not answer signals but SIGKILL. */
  readonly isStill: boolean;
}

/** The instant and the date of an explanation. */
export interface Present {
  readonly now: Instant;
  /** In milliseconds since 1970. */
  readonly date: number;
  /** The dates of cron expressions. @default None ever comes. */
  readonly nextDate?: Calendar["next"];
  /** The living processes of an actor. @default Nobody looks. */
  readonly living?: (actor: NodeId) => readonly Living[];
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
  return topology.places.filter(({ spec }) => spec.dependsOn.some(({ on }) => on === id))
    .map(({ id: path }) => ({ path, isWaiting: nodes.get(path)!.phase.at === "waiting" }));
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

function nextOf(state: State, node: NodeState, present: Present): readonly Next[] {
  const { now } = present;
  const until = (at: Instant): number | null => at === NEVER ? null : Math.max(0, at - now);
  const { phase } = node;
  const next: Next[] = [];
  switch (phase.at) {
    case "backing_off":
      next.push({ what: "restart", inMs: until(phase.until), keys: ["backoff"] });
      break;
    case "regrouping": {
      const parent = state.topology.byId.get(node.id)!.spec.parent ?? ROOT;
      const tree = state.nodes.get(parent);
      const at = tree?.kind === "tree" ? tree.regroupAt : null;
      next.push({ what: "regroup", inMs: at === null ? null : until(at), keys: ["strategy"] });
      break;
    }
    case "starting":
      if (phase.hook !== null) {
        const limitMs = phase.spec.hooks!.timeoutMs;
        const inMs = until(after(phase.since, limitMs));
        next.push({ what: "hook_timeout", inMs, keys: ["hooks.timeout"], limitMs });
      } else if (!phase.isMade) next.push({ what: "spawn", inMs: null, keys: [] });
      if (phase.probeAt !== NEVER) {
        next.push({
          what: "probe",
          inMs: until(phase.probeAt),
          keys: ["ready.interval"],
          attempt: phase.attempt + 1,
        });
      }
      if (startBy(phase) !== NEVER) {
        const limitMs = phase.spec.startTimeoutMs;
        next.push({
          what: "start_timeout",
          inMs: until(startBy(phase)),
          keys: ["ready.timeout", "start_timeout"],
          limitMs,
        });
      }
      break;
    case "running": {
      const due = healthDue(phase, node.kind === "actor" && node.doom !== null);
      const { health } = phase;
      if (health !== null && health.watchdogMs !== null) {
        next.push({
          what: "watchdog",
          inMs: until(due),
          keys: ["health.watchdog"],
          limitMs: health.watchdogMs,
        });
      } else if (health !== null) {
        const { retries, onFailure } = phase.spec.health!;
        const isTold = onFailure === "ignore";
        const keys = isTold ? ["health.on_failure"] : ["health.retries", "health.interval"];
        next.push({ what: "check", inMs: until(due), keys, failures: health.failures, retries, isTold });
      }
      if (phase.spec.runTimeoutMs !== null) {
        const limitMs = phase.spec.runTimeoutMs;
        next.push({ what: "run_timeout", inMs: until(runBy(phase)), keys: ["run_timeout"], limitMs });
      }
      if (node.streak > 0) {
        const inMs = Math.max(0, phase.readyAt + phase.spec.backoff.resetAfterMs - now);
        if (inMs > 0) next.push({ what: "reset", inMs, keys: ["backoff.reset_after"] });
      }
      break;
    }
    case "stopping":
      if ("ladder" in phase) {
        const { killAt, cancelUntil } = phase.ladder;
        if (cancelUntil !== NEVER) {
          next.push({ what: "cancel_ends", inMs: until(cancelUntil), keys: ["stop.signal"] });
        }
        if (killAt !== NEVER) next.push({ what: "kill", inMs: until(killAt), keys: ["stop.grace"] });
      } else next.push({ what: "teardown", inMs: until(phase.deadline), keys: ["shutdown"] });
      break;
    default:
      break;
  }
  const appointment = appointmentOf(node);
  if (appointment !== null) {
    const inMs = appointment.by === "interval" ? until(appointment.at) : appointment.date - present.date;
    const { schedule } = state.topology.byId.get(node.id)!.spec as ActorSpec;
    const isBusy = phase.at !== "scheduled" && phase.at !== "inactive";
    next.push({ what: "run", inMs, keys: ["schedule"], overlap: isBusy ? schedule?.overlap ?? null : null });
  }
  return next;
}

function appointmentOf(node: NodeState): ActorState["appointment"] {
  if (node.kind !== "actor" || node.appointment === null || node.appointment.at === NEVER) return null;
  return node.appointment;
}
