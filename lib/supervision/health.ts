/**
 * Whether an actor that runs still works: it is asked again and again, or it says so by itself, and silence of its watchdog is
 * a failure. What is unhealthy is restarted by its policy, as after a crash, or only told of.
 *
 * Invariants:
 * 1. One check at a time is in progress. An answer to an earlier one, or to a question from before the actor was ready, counts
 *    for nothing.
 * 2. Nothing is checked of what is to stop, or of a run whose crash is held.
 */
import { after, latest, NEVER } from "../base/instant.ts";
import type { NodeId } from "../config/plan.ts";
import { failAlive } from "./actor_stop.ts";
import type { RunEvent } from "./event.ts";
import { beginHealth, healthDue, type RunHealth } from "./run_health.ts";
import type { Turn } from "./turn.ts";

/** Nothing of the health of a run is known any more: another supervisor, or another plan, asks anew. */
export function healthAnew(turn: Turn, id: NodeId): void {
  const { phase } = turn.actor(id);
  if (phase.at !== "running") return;
  const health = beginHealth(phase.spec.health, phase.health?.attempt ?? 0, turn.now);
  turn.setActor(id, { phase: { ...phase, health } });
}

/** Asks what is to be asked now, or has the watchdog bite. */
export function onHealthTime(turn: Turn, id: NodeId): void {
  const { phase, doom } = turn.actor(id);
  if (phase.at !== "running" || phase.health === null || turn.now < healthDue(phase)) return;
  const { health, run, spec } = phase;
  if (doom !== null) return setHealth(turn, id, { ...health, dueAt: NEVER });
  if (health.watchdogMs !== null) {
    return bite(turn, id, `it has been silent for ${health.watchdogMs / 1_000} s`);
  }
  const { probe, timeoutMs } = spec.health!;
  if (probe === null) return setHealth(turn, id, { ...health, dueAt: NEVER });
  const attempt = health.attempt + 1;
  setHealth(turn, id, { ...health, attempt, isAsked: true, dueAt: NEVER });
  turn.emit({ type: "probe", node: id, run, probe, attempt, timeoutMs });
}

/** A check has ended. */
export function onChecked(turn: Turn, id: NodeId, { attempt, answer }: RunEvent & { type: "probed" }): void {
  const { phase, doom } = turn.actor(id);
  if (phase.at !== "running" || phase.health === null) return;
  const { health, spec, readyAt, heldMs } = phase;
  if (!health.isAsked || attempt !== health.attempt || spec.health === null) return;
  const { intervalMs, retries, startPeriodMs, timeoutMs } = spec.health;
  const answered = { ...health, isAsked: false, dueAt: after(turn.now, intervalMs) };
  if (answer.says === "ready") return works(turn, id, answered);
  const lastError = answer.says === "not_ready" ? answer.why : `no answer within ${timeoutMs / 1_000} s`;
  const isEarly = turn.now < after(readyAt, startPeriodMs + heldMs);
  const failures = isEarly ? 0 : health.failures + 1;
  setHealth(turn, id, { ...answered, failures, lastError });
  if (failures >= retries && doom === null) fail(turn, id, lastError);
}

/** The process says that it works. */
export function onAlive(turn: Turn, id: NodeId): void {
  const health = healthOf(turn, id);
  if (health === null || health.watchdogMs === null) return;
  works(turn, id, { ...health, dueAt: after(turn.now, health.watchdogMs) });
}

/** The process says that it does not work: its watchdog bites. */
export function onBroken(turn: Turn, id: NodeId): void {
  const hasWatchdog = (healthOf(turn, id)?.watchdogMs ?? null) !== null;
  if (hasWatchdog && turn.actor(id).doom === null) bite(turn, id, "it says so itself");
}

/** The watchdog of a process has another time from now on; null for none. */
export function setWatchdog(turn: Turn, id: NodeId, ms: number | null): void {
  const health = healthOf(turn, id);
  const isAsked = (turn.runSpec(id).health?.probe ?? null) !== null;
  if (health === null || isAsked) return;
  setHealth(turn, id, { ...health, watchdogMs: ms, dueAt: ms === null ? NEVER : after(turn.now, ms) });
}

function healthOf(turn: Turn, id: NodeId): RunHealth | null {
  const { phase } = turn.actor(id);
  return phase.at === "running" ? phase.health : null;
}

function works(turn: Turn, id: NodeId, health: RunHealth): void {
  setHealth(turn, id, { ...health, healthy: true, failures: 0, lastError: null });
  if (health.healthy !== true) turn.record(id, "healthy", turn.actor(id).cause, {});
}

/** It bites again when the time has passed once more: what is only told of may come back. */
function bite(turn: Turn, id: NodeId, why: string): void {
  const { phase } = turn.actor(id);
  if (phase.at !== "running" || phase.health === null) return;
  const { health } = phase;
  const dueAt = health.watchdogMs === null ? NEVER : after(latest(turn.now, health.dueAt), health.watchdogMs);
  setHealth(turn, id, { ...health, failures: health.failures + 1, lastError: why, dueAt });
  fail(turn, id, why);
}

function fail(turn: Turn, id: NodeId, why: string): void {
  const { phase, cause } = turn.actor(id);
  if (phase.at !== "running" || phase.health === null) return;
  const { health, spec } = phase;
  const isNews = health.healthy !== false;
  setHealth(turn, id, { ...health, healthy: false });
  const told = isNews ? turn.record(id, "unhealthy", cause, { why, failures: health.failures }) : cause;
  if (spec.health?.onFailure === "restart") failAlive(turn, id, { kind: "unhealthy", why }, told);
}

function setHealth(turn: Turn, id: NodeId, health: RunHealth): void {
  const { phase } = turn.actor(id);
  if (phase.at === "running") turn.setActor(id, { phase: { ...phase, health } });
}
