/** How a run ends: by itself, because its time is up, or because it was asked to; always down the stop ladder. */
import { after, type Instant, NEVER } from "../base/instant.ts";
import { invariant } from "../base/invariant.ts";
import type { ActorSpec, NodeId } from "../config/plan.ts";
import { conclude } from "./conclude.ts";
import { afterEnd, type ChildEnding } from "./ending.ts";
import type { RunEvent } from "./event.ts";
import { type Exit, exitFields, isSuccess } from "./exit.ts";
import type { HookEnd } from "./hook.ts";
import type { FailReason } from "./reason.ts";
import type { ActorState, Doom, RunningPhase, StartingPhase, StoppingPhase, Then } from "./state.ts";
import { askHook, endHook, recordHookEnd } from "./run_hook.ts";
import {
  type Afterwards,
  beginAfterwards,
  beginClearing,
  beginStop,
  isTimeUp,
  type LadderEvent,
  resumeLadder,
  type Rung,
  stepLadder,
} from "./stop_ladder.ts";
import type { Turn } from "./turn.ts";

type LivingPhase = StartingPhase | RunningPhase;

/** Starts a doomed actor down the stop ladder: its turn has come. */
export function beginActorStop(turn: Turn, id: NodeId, doom: Doom): void {
  descend(turn, id, doom, turn.actor(id).cause);
}

/** Ends a run that takes too long, which counts as its failure. */
export function failAlive(
  turn: Turn,
  id: NodeId,
  reason: FailReason,
  cause: number = turn.record(id, "timed_out", turn.actor(id).cause, { why: reason }),
): void {
  const actor = turn.actor(id);
  const then = actor.doom?.then ?? afterEnd(turn, id, endingOf(actor, false, reason), cause);
  descend(turn, id, { then, deadline: turn.actor(id).doom?.deadline ?? NEVER }, cause);
}

/** The spawn failed, or was called off: there never was a process. */
export function onSpawnFailed(turn: Turn, id: NodeId, event: RunEvent & { type: "spawn_failed" }): void {
  const actor = turn.actor(id);
  const reason: FailReason = { kind: "start", message: event.message };
  const cause = turn.record(id, "start_failed", actor.cause, { reason: event.message });
  // A start that would fail in the same way again is not tried again, whatever the policy.
  const failed = (): Then =>
    event.isFinal ? { to: "failed", reason } : afterEnd(turn, id, endingOf(actor, false, reason), cause);
  endStart(turn, id, actor.doom?.then ?? failed(), cause);
}

/** The hook before the spawn has failed. */
export function failStart(turn: Turn, id: NodeId, reason: FailReason, cause: number): void {
  const actor = turn.actor(id);
  const then = actor.doom?.then ?? afterEnd(turn, id, endingOf(actor, false, reason), cause);
  endStart(turn, id, then, cause);
}

/** A run that never had a process is over, but for what is to come after each. */
export function endStart(turn: Turn, id: NodeId, then: Then, cause: number): void {
  const { doom } = turn.actor(id);
  const phase = livingPhase(turn.actor(id));
  const rung = beginAfterwards(turn.now, afterwardsOf(turn, phase, doom?.deadline ?? NEVER));
  enter(turn, id, phase, rung, then, cause);
  if (rung.ladder.rung === "over") closeRun(turn, id, then);
}

/** A hook of the stop has ended, or that of a start which is called off. */
export function onStopHookEnded(turn: Turn, id: NodeId, event: RunEvent & { type: "hook_ended" }): void {
  const phase = stoppingPhase(turn.actor(id));
  if (phase.hook !== event.hookRun) return;
  const told = isTimeUp(phase.ladder, turn.now) ? { ...event, end: lateEnd(event.end, phase.spec) } : event;
  const cause = event.hook === "pre_start" ? turn.actor(id).cause : recordHookEnd(turn, id, told);
  turn.setActor(id, { phase: { ...phase, hook: null }, cause });
  climbDown(turn, id, event.hook === "pre_start" ? "cleared" : "hook_ended");
}

/** How a hook ended that was ended because it had had its time, by us or by who runs it, whichever was first. */
function lateEnd(end: HookEnd, { hooks }: ActorSpec): HookEnd {
  return end.how === "signalled" ? { how: "timed_out", afterMs: hooks!.timeoutMs } : end;
}

/** The sequel when nothing of a run is left: none, if nothing of it has begun. */
function afterwardsOf(turn: Turn, phase: LivingPhase, deadline: Instant): Afterwards {
  const { hooks } = phase.spec;
  const hasBegun = phase.at === "running" || phase.isMade || hooks?.commands.pre_start !== undefined;
  const hasPostStop = hasBegun && hooks?.commands.post_stop !== undefined;
  return {
    deadline: after(turn.now, turn.untilStop(deadline)),
    postStopMs: hasPostStop ? hooks!.timeoutMs : null,
  };
}

/** The process ended by itself; what it left behind is ended before anything else happens to the actor. */
export function onExited(turn: Turn, id: NodeId, event: RunEvent & { type: "exited" }): void {
  const cause = recordExit(turn, id, event);
  const actor = turn.actor(id);
  const spec = turn.runSpec(id);
  const then = actor.doom === null
    ? afterEnd(turn, id, exitEnding(turn, actor, event), cause)
    : doomedThen(turn, id, actor.doom, event.exit);
  const leftMs = turn.untilStop(turn.actor(id).doom?.deadline ?? NEVER);
  const killAt = after(turn.now, Math.min(spec.stop.graceMs, leftMs));
  const living = livingPhase(turn.actor(id));
  const afterwards = afterwardsOf(turn, living, turn.actor(id).doom?.deadline ?? NEVER);
  enter(turn, id, living, beginClearing(spec.stop, killAt, turn.now, afterwards), then, cause);
}

/** The process ended on its way down. */
export function onExitedWhileStopping(turn: Turn, id: NodeId, event: RunEvent & { type: "exited" }): void {
  turn.setActor(id, { cause: recordExit(turn, id, event) });
  climbDown(turn, id, "exited");
}

/** The spawn could not be called off any more: now there is a process to stop. */
export function onSpawnedTooLate(turn: Turn, id: NodeId, event: RunEvent & { type: "spawned" }): void {
  const phase = stoppingPhase(turn.actor(id));
  turn.setActor(id, { phase: { ...phase, pid: event.pid } });
  climbDown(turn, id, "spawned");
}

/** Takes a step on the ladder, and concludes the run if that was the last one. */
export function climbDown(turn: Turn, id: NodeId, event: LadderEvent): void {
  const phase = stoppingPhase(turn.actor(id));
  const { ladder, effects } = stepLadder(phase.ladder, event, phase.spec.stop, turn.now);
  if (ladder === phase.ladder && effects.length === 0) return;
  // A hook of a rung that is left goes no further.
  const isLeft = phase.hook !== null && ladder.rung !== phase.ladder.rung;
  turn.setActor(id, { phase: { ...phase, ladder, hook: isLeft ? null : phase.hook } });
  if (isLeft) endHook(turn, id, phase.run, phase.hook!);
  emitAll(turn, id, phase, { ladder, effects });
  if (ladder.rung === "over") closeRun(turn, id, phase.then);
}

/** The result of a look that was asked for when the time for SIGKILL was up. The look is asked for again until it has one. */
export function onLooked(turn: Turn, id: NodeId, { rest }: RunEvent & { type: "looked" }): void {
  switch (rest.found) {
    case "ending":
      return;
    case "nothing":
      return climbDown(turn, id, "cleared");
    case "survivors":
      return giveUp(turn, id, { kind: "survivors", processes: rest.processes });
    case "unknown": {
      if (rest.isFinal) return giveUp(turn, id, { kind: "unseen", why: rest.why });
      turn.setActor(id, { cause: turn.record(id, "unseen", turn.actor(id).cause, { why: rest.why }) });
    }
  }
}

/** A survivor may still hold the actor's port or files: starting a second one beside it is never right. */
function giveUp(turn: Turn, id: NodeId, reason: FailReason): void {
  const phase = stoppingPhase(turn.actor(id));
  const { ladder } = stepLadder(phase.ladder, "given_up", phase.spec.stop, turn.now);
  if (ladder.rung !== "over") return;
  turn.setActor(id, { phase: { ...phase, ladder } });
  closeRun(turn, id, { to: "failed", reason });
}

function closeRun(turn: Turn, id: NodeId, then: Then): void {
  turn.emit({ type: "close_run", node: id, run: stoppingPhase(turn.actor(id)).run });
  conclude(turn, id, then, turn.actor(id).cause);
}

/** The process was being stopped by an earlier supervisor. */
export function resumeStop(turn: Turn, id: NodeId): void {
  const phase = stoppingPhase(turn.actor(id));
  const rung = resumeLadder(phase.ladder, phase.spec.stop);
  turn.setActor(id, { phase: { ...phase, ladder: rung.ladder } });
  emitAll(turn, id, phase, rung);
}

function descend(turn: Turn, id: NodeId, doom: Doom, cause: number): void {
  const phase = livingPhase(turn.actor(id));
  const { stop } = phase.spec;
  const share = turn.untilStop(doom.deadline) / turn.place(id).roundsLeft;
  const graceMs = Math.round(Math.max(0, Math.min(stop.graceMs, share)));
  const { joined } = phase;
  const entry = turn.record(id, "stopping", cause, { signal: stop.signal, graceMs, cancel: joined });
  const rung = beginStop(stop, phase.spec.hooks?.commands.pre_stop !== undefined, {
    isSpawning: phase.pid === null,
    joined,
    killAt: after(turn.now, graceMs),
    now: turn.now,
    afterwards: afterwardsOf(turn, phase, doom.deadline),
  });
  enter(turn, id, phase, rung, doom.then, entry);
}

function enter(
  turn: Turn,
  id: NodeId,
  living: LivingPhase,
  rung: Rung,
  then: Then,
  cause: number,
): void {
  const { ladder } = rung;
  const { run, spec, pid, since, hook } = living;
  const isSpawned = living.at === "running" || living.isSpawned;
  const phase: StoppingPhase = {
    at: "stopping",
    run,
    spec,
    pid,
    since: turn.now,
    startedAt: since,
    // Where there is no spawn to be called off yet, the end of the hook is waited for in its place.
    hook: isSpawned ? null : hook,
    ladder,
    then,
  };
  turn.setActor(id, { phase, doom: null, cause });
  if (hook !== null) endHook(turn, id, run, hook);
  emitAll(turn, id, phase, isSpawned || hook === null ? rung : { ladder, effects: [] });
}

function emitAll(turn: Turn, id: NodeId, { run, spec }: StoppingPhase, { ladder, effects }: Rung): void {
  for (const type of effects) {
    if (type === "kill_all") {
      turn.setActor(id, { cause: turn.record(id, "killed", turn.actor(id).cause, {}) });
    }
    if (type === "pre_stop" || type === "post_stop") {
      const phase = stoppingPhase(turn.actor(id));
      // Another plan may have none there by now.
      if (spec.hooks?.commands[type] === undefined) climbDown(turn, id, "hook_ended");
      else turn.setActor(id, { phase: { ...phase, hook: askHook(turn, id, phase, type) } });
    } else if (type === "end_hook") {
      const { hook } = stoppingPhase(turn.actor(id));
      if (hook !== null) endHook(turn, id, run, hook);
    } else if (type === "cancel") turn.emit({ type, node: id, run, withinMs: ladder.cancelUntil - turn.now });
    else turn.emit({ type, node: id, run, stop: spec.stop });
  }
}

function recordExit(turn: Turn, id: NodeId, { run, exit, error }: RunEvent & { type: "exited" }): number {
  turn.setActor(id, { lastExit: { run, exit, at: turn.now, error } });
  return turn.record(id, "exited", turn.actor(id).cause, {
    ...exitFields(exit),
    ...(exit.reached === undefined ? {} : { reached: exit.reached }),
    ...(error === null ? {} : { error }),
  });
}

function exitEnding(
  turn: Turn,
  actor: ActorState,
  { exit, error }: RunEvent & { type: "exited" },
): ChildEnding {
  const spec = turn.runSpec(actor.id);
  const success = isSuccess(exit, spec);
  const reason: FailReason = success && spec.daemon
    ? { kind: "daemon_ended", exit, hadNothingToRead: hadNothingToRead(turn, actor, exit) }
    : { kind: "exit", exit, error };
  return endingOf(actor, success, reason);
}

/** A one-shot that finished before its turn to be stopped came has completed: nobody interrupted it. */
function doomedThen(turn: Turn, id: NodeId, doom: Doom, exit: Exit): Then {
  const spec = turn.runSpec(id);
  // A stop by hand is one of the schedule, too.
  const isByHand = doom.then.to === "stopped" && doom.then.why === "request";
  const lasts = doom.then.to === "waiting" || (spec.schedule !== null && isByHand);
  const finished = !spec.daemon && isSuccess(exit, spec) && !lasts;
  return finished ? { to: "completed" } : doom.then;
}

function endingOf({ phase }: ActorState, success: boolean, reason: FailReason): ChildEnding {
  return { success, reason, readySince: phase.at === "running" ? phase.readyAt : null };
}

function livingPhase({ phase }: ActorState): LivingPhase {
  invariant(
    phase.at === "starting" || phase.at === "running",
    "no actor can be stopped that is",
    phase.at,
  );
  return phase;
}

function stoppingPhase({ phase }: ActorState): StoppingPhase {
  invariant(phase.at === "stopping", "no stop ladder has an actor that is", phase.at);
  return phase;
}

/** Programs that read what they are to do end at once where there is nothing to read. */
const AT_ONCE_MS = 1_000;

function hadNothingToRead(turn: Turn, { id, phase }: ActorState, exit: Exit): boolean {
  const isQuick = "since" in phase && turn.now - phase.since < AT_ONCE_MS;
  return isQuick && turn.runSpec(id).stdin === null && exit.how === "exited" && exit.code === 0;
}
