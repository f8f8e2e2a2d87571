/** The events of a node that come by themselves, when, and by which keys of the file. PURE. */
import { after, type Instant, NEVER } from "../base/instant.ts";
import { type ActorSpec, type NodeId, ROOT, type Schedule } from "../config/plan.ts";
import { runBy, startBy } from "../supervision/deadlines.ts";
import { healthDue } from "../supervision/run_health.ts";
import type { ActorState, NodeState, State } from "../supervision/state.ts";
import type { Present } from "./present.ts";

/** Something that happens by itself. */
export type Next =
  & {
    /** When; null if nobody can tell. */
    readonly inMs: number | null;
    /** The keys of the file that say so; the first that the file has counts. */
    readonly keys: readonly string[];
    /** The node whose keys they are, if it is another one. */
    readonly holder?: NodeId;
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
export function nextOf(state: State, node: NodeState, present: Present): readonly Next[] {
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
      next.push({
        what: "regroup",
        inMs: at === null ? null : until(at),
        keys: ["strategy"],
        holder: parent,
      });
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
