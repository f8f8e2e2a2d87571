/**
 * Whether an actor that runs still works: its run is asked again and again, or says so by itself, and silence of a watchdog is
 * a failure. An unhealthy run is restarted by its policy, as after a crash, or only told of.
 *
 * Invariants:
 * 1. One check at a time is in progress. An answer to an earlier one, or to a question from before the actor was ready, counts
 *    for nothing.
 * 2. A run that is to stop is neither asked nor restarted by this. If the stop is taken back, the checks go on.
 * 3. While a crash of a run is held, its health stands still: nothing that is heard of it meanwhile counts.
 */
import { after, NEVER } from "../base/instant.ts";
import type { NodeId } from "../config/plan.ts";
import { failAlive } from "./actor_stop.ts";
import type { RunEvent } from "./event.ts";
import { beginHealth, healthDue, type RunHealth, silentUntil } from "./run_health.ts";
import { runTime } from "./run_time.ts";
import type { RunningPhase } from "./state.ts";
import type { Turn } from "./turn.ts";

/** A run that is ready and whose health somebody asks for. */
type Checked = RunningPhase & { readonly health: RunHealth };

/** Another plan asks for the health of a run in another way: nothing is known of it any more. */
export function healthAnew(turn: Turn, id: NodeId): void {
  const { phase } = turn.actor(id);
  if (phase.at !== "running") return;
  const health = beginHealth(phase.spec.health, phase.word, runTime(phase, turn.now));
  turn.setActor(id, { phase: { ...phase, health } });
}

/** Asks the run if its time has come, or has its watchdog bite. */
export function onHealthTime(turn: Turn, id: NodeId): void {
  const phase = checkedPhase(turn, id);
  if (phase === null || turn.now < healthDue(phase, turn.actor(id).doom !== null)) return;
  const { health, run, spec } = phase;
  if (health.watchdogMs !== null) {
    return bite(turn, id, phase, `it has been silent for ${health.watchdogMs / 1_000} s`);
  }
  const { probe, timeoutMs } = spec.health!;
  if (probe === null) return;
  const attempt = phase.attempt + 1;
  turn.setActor(id, { phase: { ...phase, attempt, health: { ...health, isAsked: true, dueAt: NEVER } } });
  turn.emit({ type: "probe", node: id, run, probe, attempt, timeoutMs });
}

/** A check has ended. */
export function onChecked(turn: Turn, id: NodeId, { attempt, answer }: RunEvent & { type: "probed" }): void {
  const phase = checkedPhase(turn, id);
  if (phase === null || !phase.health.isAsked || attempt !== phase.attempt) return;
  const { hold, readyAt, heldMs } = phase;
  const { intervalMs, retries, startPeriodMs, timeoutMs } = phase.spec.health!;
  const now = runTime(phase, turn.now);
  const asked = { ...phase.health, isAsked: false };
  if (hold !== null) return setHealth(turn, id, phase, { ...asked, dueAt: now });
  const answered = { ...asked, dueAt: after(now, intervalMs) };
  if (answer.says === "ready") return succeed(turn, id, phase, answered);
  const lastError = answer.says === "not_ready" ? answer.why : `no answer within ${timeoutMs / 1_000} s`;
  const isEarly = turn.now < after(readyAt, startPeriodMs + heldMs);
  const failures = isEarly ? 0 : answered.failures + 1;
  const failed = { ...answered, failures, lastError };
  if (failures < retries || turn.actor(id).doom !== null) setHealth(turn, id, phase, failed);
  else fail(turn, id, phase, failed, lastError);
}

/** The process says that it works: its watchdog begins anew. */
export function onAlive(turn: Turn, id: NodeId): void {
  const phase = checkedPhase(turn, id);
  if (phase === null || phase.hold !== null || phase.health.watchdogMs === null) return;
  const dueAt = silentUntil(phase.health.watchdogMs, runTime(phase, turn.now));
  succeed(turn, id, phase, { ...phase.health, dueAt });
}

/** The process says that it does not work: its watchdog bites. */
export function onBroken(turn: Turn, id: NodeId): void {
  const phase = checkedPhase(turn, id);
  const { doom } = turn.actor(id);
  if (phase === null || phase.hold !== null || phase.health.watchdogMs === null || doom !== null) return;
  bite(turn, id, phase, "it says so itself");
}

/** The process has given its watchdog another time; where checks ask, there is none. */
export function onWatchdogChanged(turn: Turn, id: NodeId, ms: number | null): void {
  const phase = checkedPhase(turn, id);
  if (phase === null || phase.spec.health!.probe !== null) return;
  const dueAt = silentUntil(ms, runTime(phase, turn.now));
  setHealth(turn, id, phase, { ...phase.health, watchdogMs: ms, dueAt });
}

function succeed(turn: Turn, id: NodeId, phase: Checked, health: RunHealth): void {
  setHealth(turn, id, phase, { ...health, healthy: true, failures: 0, lastError: null });
  if (health.healthy !== true) turn.record(id, "healthy", turn.actor(id).cause, {});
}

/** A watchdog that is only told of bites again when its time has passed once more. */
function bite(turn: Turn, id: NodeId, phase: Checked, why: string): void {
  const { health } = phase;
  const dueAt = silentUntil(health.watchdogMs, runTime(phase, turn.now));
  fail(turn, id, phase, { ...health, failures: health.failures + 1, lastError: why, dueAt }, why);
}

function fail(turn: Turn, id: NodeId, phase: Checked, health: RunHealth, why: string): void {
  const { cause } = turn.actor(id);
  const isNews = health.healthy !== false;
  setHealth(turn, id, phase, { ...health, healthy: false });
  const told = isNews ? turn.record(id, "unhealthy", cause, { why, failures: health.failures }) : cause;
  if (phase.spec.health!.onFailure === "restart") failAlive(turn, id, { kind: "unhealthy", why }, told);
}

function setHealth(turn: Turn, id: NodeId, phase: Checked, health: RunHealth): void {
  turn.setActor(id, { phase: { ...phase, health } });
}

function checkedPhase(turn: Turn, id: NodeId): Checked | null {
  const { phase } = turn.actor(id);
  return phase.at === "running" && phase.health !== null ? { ...phase, health: phase.health } : null;
}
