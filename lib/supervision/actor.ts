/**
 * The life of one actor:
 *
 *     waiting -> starting -> running -> stopping -> (completed | failed | stopped | waiting | backing_off | regrouping)
 *
 * Every run passes through `stopping`, also one that ended by itself: it is over only when nothing of it is left.
 * `LIFECYCLE` has an entry for every phase and event, so that what is ignored is ignored on purpose.
 */
import { after, earliest, type Instant, NEVER } from "../base/instant.ts";
import { maskWords } from "./mask_words.ts";
import type { ActorSpec, NodeId, Plan } from "../config/plan.ts";
import { onProbed, onProbeTime, onSpawned, setJoined } from "./actor_start.ts";
import {
  beginActorStop,
  climbDown,
  failAlive,
  onExited,
  onExitedWhileStopping,
  onSpawnedTooLate,
  onSpawnFailed,
} from "./actor_stop.ts";
import type { RunEvent } from "./event.ts";
import { onHeld, onHeldTooLate, onReleased } from "./hold.ts";
import { whyNotReady } from "./probe_schedule.ts";
import type { FailReason } from "./reason.ts";
import type { ActorPhase, ActorState, RunningPhase, StartingPhase } from "./state.ts";
import { ladderDeadline, type LadderEvent } from "./stop_ladder.ts";
import type { Turn } from "./turn.ts";

type Handlers = {
  readonly [Type in RunEvent["type"]]: (turn: Turn, id: NodeId, event: RunEvent & { type: Type }) => void;
};

const ignored = () => {};
const joins = (turn: Turn, id: NodeId) => setJoined(turn, id, true);
const parts = (turn: Turn, id: NodeId) => setJoined(turn, id, false);
const ladderHears = (heard: LadderEvent) => (turn: Turn, id: NodeId) => climbDown(turn, id, heard);

const WITHOUT_PROCESS: Handlers = {
  spawned: ignored,
  spawn_failed: ignored,
  probed: ignored,
  joined: ignored,
  parted: ignored,
  held: ignored,
  released: ignored,
  stop_command_ended: ignored,
  exited: ignored,
  cleared: ignored,
};

/** What each phase does about each event of its run. */
const LIFECYCLE: Readonly<Record<ActorPhase["at"], Handlers>> = {
  inactive: WITHOUT_PROCESS,
  waiting: WITHOUT_PROCESS,
  backing_off: WITHOUT_PROCESS,
  regrouping: WITHOUT_PROCESS,
  stopped: WITHOUT_PROCESS,
  completed: WITHOUT_PROCESS,
  failed: WITHOUT_PROCESS,
  starting: {
    ...WITHOUT_PROCESS,
    spawned: onSpawned,
    spawn_failed: onSpawnFailed,
    probed: onProbed,
    joined: joins,
    parted: parts,
    held: onHeld,
    released: onReleased,
    exited: onExited,
  },
  running: {
    ...WITHOUT_PROCESS,
    joined: joins,
    parted: parts,
    held: onHeld,
    released: onReleased,
    exited: onExited,
  },
  stopping: {
    spawned: onSpawnedTooLate,
    spawn_failed: ladderHears("cleared"),
    probed: ignored,
    joined: ladderHears("joined"),
    parted: ladderHears("parted"),
    held: onHeldTooLate,
    released: ignored,
    stop_command_ended: ladderHears("command_ended"),
    exited: onExitedWhileStopping,
    cleared: ladderHears("cleared"),
  },
};

/** Applies what happened to a run; nothing if that run is over. */
export function onRunEvent(turn: Turn, event: RunEvent): void {
  const { phase } = turn.actor(event.node);
  if (!("run" in phase) || phase.run !== event.run) return;
  const handle = LIFECYCLE[phase.at][event.type] as (turn: Turn, id: NodeId, event: RunEvent) => void;
  handle(turn, event.node, event);
}

/** Does what is due for an actor now. */
export function onActorTime(turn: Turn, id: NodeId): void {
  const { phase, doom } = turn.actor(id);
  switch (phase.at) {
    case "backing_off":
      if (turn.now >= phase.until) turn.setActor(id, { phase: { at: "waiting", since: turn.now } });
      return;
    case "stopping":
      return climbDown(turn, id, "time_passed");
    case "starting":
    case "running": {
      const isDue = turn.holding === null && doom !== null && turn.now >= doom.deadline;
      if (isDue) return beginActorStop(turn, id, doom);
      const overdue = overdueReason(turn.plan, turn.actorSpec(id), phase, turn.now);
      if (overdue !== null) return failAlive(turn, id, overdue);
      if (phase.at === "starting" && turn.now >= phase.probeAt) onProbeTime(turn, id);
    }
  }
}

/** When something is next due for an actor. `isHolding`: a crash is held in the tree, so that no stop is due. */
export function actorDeadline(spec: ActorSpec, { phase, doom }: ActorState, isHolding: boolean): Instant {
  const stopAt = isHolding ? NEVER : doom?.deadline ?? NEVER;
  switch (phase.at) {
    case "backing_off":
      return phase.until;
    case "stopping":
      return ladderDeadline(phase.ladder);
    case "starting":
      return earliest(phase.probeAt, startBy(spec, phase), runBy(spec, phase), stopAt);
    case "running":
      return earliest(runBy(spec, phase), stopAt);
    default:
      return NEVER;
  }
}

function overdueReason(
  plan: Plan,
  spec: ActorSpec,
  phase: StartingPhase | RunningPhase,
  now: Instant,
): FailReason | null {
  if (now >= runBy(spec, phase)) return { kind: "run_timeout", afterMs: spec.runTimeoutMs! };
  if (phase.at === "running" || now < startBy(spec, phase)) return null;
  return {
    kind: "start_timeout",
    afterMs: spec.startTimeoutMs,
    lastError: spec.ready === null ? null : maskWords(plan, whyNotReady(phase, spec.ready, now)),
  };
}

function startBy(spec: ActorSpec, phase: StartingPhase): Instant {
  return timeLimit(phase, spec.startTimeoutMs);
}

function runBy(spec: ActorSpec, phase: StartingPhase | RunningPhase): Instant {
  return spec.runTimeoutMs === null ? NEVER : timeLimit(phase, spec.runTimeoutMs);
}

/** When a run has used up its time, of which that is no part for which a crash of it is held. */
function timeLimit({ since, hold, heldMs }: StartingPhase | RunningPhase, ms: number): Instant {
  return hold === null ? after(since, ms + heldMs) : NEVER;
}
