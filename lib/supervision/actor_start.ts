/** How a run starts: what its ladder says before the spawn, the spawn, then probes until it is ready. */
import { after } from "../base/instant.ts";
import { invariant } from "../base/invariant.ts";
import type { NodeId } from "../config/plan.ts";
import { endStart, failStart } from "./actor_stop.ts";
import type { RunEvent } from "./event.ts";
import { beginHealth } from "./run_health.ts";
import { runTime } from "./run_time.ts";
import { isHookSuccess } from "./hook.ts";
import { attemptTimeout, beginAttempt, endAttempt, NOT_PROBED, probeAnew } from "./probe_schedule.ts";
import { askHook, recordHookEnd } from "./run_hook.ts";
import { firstStep, type StartStep, stepAfter } from "./start_ladder.ts";
import type { ActorState, StartingPhase } from "./state.ts";
import { NO_WORD } from "./run_word.ts";
import type { Turn } from "./turn.ts";

/** Starts a run of an actor that was waiting. */
export function startActor(turn: Turn, id: NodeId): void {
  const run = turn.newRun();
  const spec = turn.actorSpec(id);
  const phase: StartingPhase = {
    at: "starting",
    run,
    since: turn.now,
    isMade: false,
    pid: null,
    isSpawned: false,
    hook: null,
    lack: null,
    joined: false,
    ...NOT_PROBED,
    spec,
    hold: null,
    heldMs: 0,
    word: NO_WORD,
  };
  const { starts } = turn.actor(id);
  turn.setActor(id, { phase, starts: starts + 1, skipDeps: false });
  climbUp(turn, id, firstStep(spec));
}

function climbUp(turn: Turn, id: NodeId, step: StartStep): void {
  const { phase, starts } = turn.actor(id);
  if (step === null || (phase.at !== "starting" && phase.at !== "running")) return;
  const { run, spec } = phase;
  if (step === "spawn") {
    if (phase.at === "starting") turn.setActor(id, { phase: { ...phase, isSpawned: true } });
    turn.emit({ type: "spawn", node: id, run, spec, isFirst: starts === 1, survives: turn.survives(id) });
  } else turn.setActor(id, { phase: { ...phase, hook: askHook(turn, id, phase, step) } });
}

/** The hook before the spawn is done, or has failed, or nobody wants the run any more. */
export function onPreStartEnded(turn: Turn, id: NodeId, event: RunEvent & { type: "hook_ended" }): void {
  const { phase, doom } = turn.actor(id);
  if (phase.at !== "starting" || phase.hook !== event.hookRun) return;
  const cause = recordHookEnd(turn, id, event);
  turn.setActor(id, { phase: { ...phase, hook: null, since: turn.now }, cause });
  const { hook, end } = event;
  if (!isHookSuccess(end)) return failStart(turn, id, { kind: "hook", failure: { hook, end } }, cause);
  if (doom !== null) return endStart(turn, id, doom.then, cause);
  climbUp(turn, id, stepAfter("pre_start", phase.spec));
}

/** The hook after readiness is done, or has failed, which is told and no more. */
export function onPostStartEnded(turn: Turn, id: NodeId, event: RunEvent & { type: "hook_ended" }): void {
  const { phase } = turn.actor(id);
  if (phase.at !== "running" || phase.hook !== event.hookRun) return;
  recordHookEnd(turn, id, event);
  turn.setActor(id, { phase: { ...phase, hook: null } });
}

/** The hook after readiness went on when an earlier supervisor was killed, and is run again. */
export function resumePostStart(turn: Turn, id: NodeId): void {
  const { phase } = turn.actor(id);
  if (phase.at !== "running" || phase.hook === null || phase.spec.hooks?.commands.post_start === undefined) {
    return;
  }
  climbUp(turn, id, "post_start");
}

/** There is a process: it is ready at once, after its delay, or when its probe says so. */
export function onSpawned(turn: Turn, id: NodeId, event: RunEvent & { type: "spawned" }): void {
  const actor = turn.actor(id);
  const cause = turn.record(id, "started", actor.cause, {
    pid: event.pid,
    run: event.run,
    starts: actor.starts,
  });
  const phase = { ...made(turn, startingPhase(actor)), pid: event.pid };
  turn.setActor(id, { phase, cause });
  const { ready } = turn.runSpec(id);
  if (ready === null) becomeReady(turn, id);
  else if (ready.probe.type === "delay") {
    turn.setActor(id, { phase: { ...phase, probeAt: after(turn.now, ready.probe.ms) } });
  } else askProbe(turn, id);
}

/** There is a process that has yet to become the program: from now on the limits of the actor count. */
export function onMade(turn: Turn, id: NodeId): void {
  turn.setActor(id, { phase: made(turn, startingPhase(turn.actor(id))) });
}

/** The machine has no room for the process yet, which is no failure of the actor. */
export function onLacked(
  turn: Turn,
  id: NodeId,
  { message, isLasting }: RunEvent & { type: "lacked" },
): void {
  const phase = startingPhase(turn.actor(id));
  if (!phase.isMade) turn.setActor(id, { phase: { ...phase, lack: { message, isLasting } } });
}

/** Whether the process is ready has to be found out from now on: an earlier supervisor, or an earlier plan, has not. */
export function resumeStart(turn: Turn, id: NodeId): void {
  const { ready } = turn.runSpec(id);
  const before = startingPhase(turn.actor(id));
  const phase = { ...before, ...probeAnew(before) };
  turn.setActor(id, { phase });
  if (ready === null) return becomeReady(turn, id);
  if (ready.probe.type !== "delay") return askProbe(turn, id);
  turn.setActor(id, { phase: { ...phase, probeAt: after(phase.since, ready.probe.ms) } });
}

/** An attempt has ended: the actor is ready, or is asked again. */
export function onProbed(turn: Turn, id: NodeId, event: RunEvent & { type: "probed" }): void {
  const { attempt, answer } = event;
  if (attempt <= startingPhase(turn.actor(id)).outdated) return;
  if (answer.says === "ready") return becomeReady(turn, id);
  const error = answer.says === "nothing" ? null : answer.why;
  const phase = startingPhase(turn.actor(id));
  const { ready } = phase.spec;
  if (ready === null) return becomeReady(turn, id);
  const probing = endAttempt(phase, ready, { attempt, error }, turn.now);
  turn.setActor(id, { phase: { ...phase, ...probing } });
}

/** Whether it speaks the protocol of actors: that is how it will be asked to stop. */
export function setJoined(turn: Turn, id: NodeId, joined: boolean): void {
  const { phase } = turn.actor(id);
  invariant(phase.at === "starting" || phase.at === "running", "no actor can join that is", phase.at);
  turn.setActor(id, { phase: { ...phase, joined } });
}

/** The time of the next attempt, or the end of the delay, has come. */
export function onProbeTime(turn: Turn, id: NodeId): void {
  if (turn.runSpec(id).ready?.probe.type === "delay") becomeReady(turn, id);
  else askProbe(turn, id);
}

function askProbe(turn: Turn, id: NodeId): void {
  const phase = startingPhase(turn.actor(id));
  const { ready, startTimeoutMs } = phase.spec;
  const { probe } = ready!;
  const probing = beginAttempt(phase, ready!, turn.now);
  turn.setActor(id, { phase: { ...phase, ...probing } });
  const timeoutMs = attemptTimeout(probe, startTimeoutMs);
  turn.emit({ type: "probe", node: id, run: phase.run, probe, attempt: probing.attempt, timeoutMs });
}

function becomeReady(turn: Turn, id: NodeId): void {
  const actor = turn.actor(id);
  const { run, spec, pid, joined, since, attempt, hold, heldMs, word } = startingPhase(actor);
  invariant(pid !== null, "what is ready has been spawned");
  const cause = turn.record(id, "ready", actor.cause, { afterMs: Math.round(turn.now - since) });
  const readyAt = turn.now;
  turn.setActor(id, {
    phase: {
      at: "running",
      run,
      spec,
      pid,
      joined,
      since,
      readyAt,
      attempt,
      health: beginHealth(spec.health, word, runTime({ hold, heldMs }, turn.now)),
      hook: null,
      hold,
      heldMs,
      word,
    },
    cause,
  });
  climbUp(turn, id, stepAfter("spawn", spec));
}

function made(turn: Turn, phase: StartingPhase): StartingPhase {
  return phase.isMade ? phase : { ...phase, isMade: true, since: turn.now, heldMs: 0, lack: null };
}

function startingPhase({ phase }: ActorState): StartingPhase {
  invariant(phase.at === "starting", "no actor is being started that is", phase.at);
  return phase;
}
