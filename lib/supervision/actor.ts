/**
 * The life of one actor:
 *
 *     waiting -> starting -> running -> stopping -> (completed | failed | stopped | waiting | backing_off | regrouping)
 *
 * Every run passes through `stopping`, also one that ended by itself: it is over only when nothing of it is left.
 * `LIFECYCLE` has an entry for every phase and event, so that what is ignored is ignored on purpose.
 */
import type { Instant } from "../base/instant.ts";
import type { ActorSpec, NodeId, Plan } from "../config/plan.ts";
import { maskWords } from "./mask_words.ts";
import {
  onLacked,
  onMade,
  onPostStartEnded,
  onPreStartEnded,
  onProbed,
  onProbeTime,
  onSpawned,
  setJoined,
} from "./actor_start.ts";
import {
  beginActorStop,
  climbDown,
  failAlive,
  onExited,
  onExitedWhileStopping,
  onLooked,
  onSpawnedTooLate,
  onSpawnFailed,
  onStopHookEnded,
} from "./actor_stop.ts";
import { runBy, startBy } from "./deadlines.ts";
import type { RunEvent } from "./event.ts";
import { onChecked, onHealthTime } from "./health.ts";
import { onHeld, onHeldTooLate, onReleased } from "./hold.ts";
import { whyNotReady } from "./probe_schedule.ts";
import type { FailReason } from "./reason.ts";
import { onScheduleTime } from "./schedule.ts";
import type { ActorPhase, RunningPhase, StartingPhase } from "./state.ts";
import type { LadderEvent } from "./stop_ladder.ts";
import { onTold, onToldWhileStopping } from "./told.ts";
import type { Turn } from "./turn.ts";
import { onWatchTime } from "./watching.ts";

/** The reaction of a phase to an event, and the phases that the actor may be in then. */
interface Reaction<Type extends RunEvent["type"]> {
  readonly act: (turn: Turn, id: NodeId, event: RunEvent & { type: Type }) => void;
  readonly leadsTo: readonly ActorPhase["at"][];
}

/** Null: the event changes nothing. */
type Reactions = { readonly [Type in RunEvent["type"]]: Reaction<Type> | null };

/** Where an actor is when its run is over. */
const OVER = ["scheduled", "waiting", "backing_off", "regrouping", "stopped", "completed", "failed"] as const;

const joins = (turn: Turn, id: NodeId) => setJoined(turn, id, true);
const parts = (turn: Turn, id: NodeId) => setJoined(turn, id, false);
const ladderHears = (heard: LadderEvent) => (turn: Turn, id: NodeId) => climbDown(turn, id, heard);

const WITHOUT_PROCESS: Reactions = {
  lacked: null,
  made: null,
  spawned: null,
  spawn_failed: null,
  probed: null,
  joined: null,
  parted: null,
  held: null,
  released: null,
  stop_command_ended: null,
  hook_ended: null,
  told: null,
  exited: null,
  cleared: null,
  looked: null,
};

/** The reaction of each phase to each event of its run. */
export const LIFECYCLE: Readonly<Record<ActorPhase["at"], Reactions>> = {
  inactive: WITHOUT_PROCESS,
  scheduled: WITHOUT_PROCESS,
  waiting: WITHOUT_PROCESS,
  backing_off: WITHOUT_PROCESS,
  regrouping: WITHOUT_PROCESS,
  stopped: WITHOUT_PROCESS,
  completed: WITHOUT_PROCESS,
  failed: WITHOUT_PROCESS,
  starting: {
    ...WITHOUT_PROCESS,
    lacked: { act: onLacked, leadsTo: ["starting"] },
    made: { act: onMade, leadsTo: ["starting"] },
    spawned: { act: onSpawned, leadsTo: ["starting", "running"] },
    spawn_failed: { act: onSpawnFailed, leadsTo: ["stopping", ...OVER] },
    probed: { act: onProbed, leadsTo: ["starting", "running"] },
    joined: { act: joins, leadsTo: ["starting"] },
    parted: { act: parts, leadsTo: ["starting"] },
    held: { act: onHeld, leadsTo: ["starting"] },
    released: { act: onReleased, leadsTo: ["starting"] },
    hook_ended: { act: onPreStartEnded, leadsTo: ["starting", "stopping", ...OVER] },
    told: { act: onTold, leadsTo: ["starting"] },
    exited: { act: onExited, leadsTo: ["stopping"] },
  },
  running: {
    ...WITHOUT_PROCESS,
    probed: { act: onChecked, leadsTo: ["running", "stopping"] },
    told: { act: onTold, leadsTo: ["running", "stopping"] },
    joined: { act: joins, leadsTo: ["running"] },
    parted: { act: parts, leadsTo: ["running"] },
    held: { act: onHeld, leadsTo: ["running"] },
    released: { act: onReleased, leadsTo: ["running"] },
    hook_ended: { act: onPostStartEnded, leadsTo: ["running"] },
    exited: { act: onExited, leadsTo: ["stopping"] },
  },
  stopping: {
    ...WITHOUT_PROCESS,
    spawned: { act: onSpawnedTooLate, leadsTo: ["stopping"] },
    spawn_failed: { act: ladderHears("cleared"), leadsTo: ["stopping", ...OVER] },
    joined: { act: ladderHears("joined"), leadsTo: ["stopping"] },
    parted: { act: ladderHears("parted"), leadsTo: ["stopping"] },
    held: { act: onHeldTooLate, leadsTo: ["stopping"] },
    told: { act: onToldWhileStopping, leadsTo: ["stopping"] },
    stop_command_ended: { act: ladderHears("command_ended"), leadsTo: ["stopping"] },
    hook_ended: { act: onStopHookEnded, leadsTo: ["stopping", ...OVER] },
    exited: { act: onExitedWhileStopping, leadsTo: ["stopping"] },
    cleared: { act: ladderHears("cleared"), leadsTo: ["stopping", ...OVER] },
    looked: { act: onLooked, leadsTo: ["stopping", ...OVER] },
  },
};

/** Applies what happened to a run; nothing if that run is over, and its actor may be forgotten. */
export function onRunEvent(turn: Turn, event: RunEvent): void {
  const phase = turn.find(event.node)?.phase;
  if (phase === undefined || !("run" in phase) || phase.run !== event.run) return;
  const reaction = LIFECYCLE[phase.at][event.type] as Reaction<RunEvent["type"]> | null;
  reaction?.act(turn, event.node, event);
}

/** Does what is due for an actor now. */
export function onActorTime(turn: Turn, id: NodeId): void {
  onWatchTime(turn, id);
  onPhaseTime(turn, id);
  onScheduleTime(turn, id);
}

function onPhaseTime(turn: Turn, id: NodeId): void {
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
      const overdue = overdueReason(turn.plan, phase.spec, phase, turn.now);
      if (overdue !== null) return failAlive(turn, id, overdue);
      if (phase.at === "running") return onHealthTime(turn, id);
      if (turn.now >= phase.probeAt) onProbeTime(turn, id);
    }
  }
}

function overdueReason(
  plan: Plan,
  spec: ActorSpec,
  phase: StartingPhase | RunningPhase,
  now: Instant,
): FailReason | null {
  if (now >= runBy(phase)) return { kind: "run_timeout", afterMs: spec.runTimeoutMs! };
  if (phase.at === "running" || now < startBy(phase)) return null;
  return {
    kind: "start_timeout",
    afterMs: spec.startTimeoutMs,
    lastError: spec.ready === null ? null : maskWords(plan, whyNotReady(phase, spec.ready, now)),
  };
}
