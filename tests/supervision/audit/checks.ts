/**
 * Whether runs still work, as the reference for users has it: who is asked, when, what an answer or a silence makes of a run,
 * and what is told of that.
 */
import assert from "node:assert/strict";
import { after, type Instant, NEVER } from "../../../lib/base/instant.ts";
import type { Effect } from "../../../lib/supervision/effect.ts";
import type { ProbeAnswer } from "../../../lib/supervision/event.ts";
import type { Told } from "../../../lib/supervision/run_word.ts";
import type { Scene } from "./auditor.ts";
import type { Run } from "./ledger.ts";

/** The checks of a run that is ready. */
export interface Checks {
  /** As it is, and as it was told; null while nothing is known. */
  healthy: boolean | null;
  told: boolean | null;
  failures: number;
  /** The question that waits for its answer. */
  open: number | null;
  /** When it is asked next, or its watchdog bites, as the clock of the run has it. */
  dueAt: Instant;
  watchdogMs: number | null;
}

/** What the clock of a run shows, which stands still while a crash of it is held. */
export function clockOf(run: Run, now: Instant): Instant {
  return after(run.held.size > 0 ? run.heldSince : now, -run.heldMs);
}

/** Nothing is known of the health of a run that is ready. */
export function beginChecks(run: Run, now: Instant): void {
  const { health } = run.spec;
  run.checks = null;
  if (health === null || run.readyAt === null) return;
  const isAsked = health.probe !== null;
  const watchdogMs = isAsked ? null : run.watchdog === null ? health.watchdogMs : run.watchdog.ms;
  const dueAt = isAsked ? clockOf(run, now) : silentUntil(run, watchdogMs, now);
  run.checks = { healthy: null, told: null, failures: 0, open: null, dueAt, watchdogMs };
}

function silentUntil(run: Run, watchdogMs: number | null, now: Instant): Instant {
  return watchdogMs === null ? NEVER : after(clockOf(run, now), watchdogMs);
}

/** Whether anything counts that is heard of the health of a run. */
function isHeard(run: Run): boolean {
  return run.askedAt === null && run.exit === null && run.held.size === 0;
}

/** A run is asked something. */
export function auditQuestion({ ledger, now }: Scene, effect: Effect & { readonly type: "probe" }): void {
  const { node, attempt } = effect;
  const run = ledger.run(node, effect.run);
  assert.ok(run?.hasProcess, `"${node}" is asked, and there is nobody`);
  assert.ok(attempt > run.questions, `question ${attempt} of "${node}" has the number of another one`);
  run.questions = attempt;
  if (run.readyAt === null) return;
  const { checks, spec } = run;
  assert.ok(checks !== null, `"${node}" is checked, and nobody wants that`);
  assert.deepEqual(effect.probe, spec.health?.probe, `"${node}" is checked otherwise`);
  assert.equal(effect.timeoutMs, spec.health?.timeoutMs);
  assert.ok(isHeard(run) && run.wishes.length === 0, `"${node}" is checked, and is to stop or stands still`);
  assert.equal(checks.open, null, `"${node}" is asked twice at once`);
  assert.ok(clockOf(run, now) >= checks.dueAt, `"${node}" is checked too early`);
  checks.open = attempt;
}

/** A question is answered, in time or late. */
export function hearAnswer(run: Run, attempt: number, { says }: ProbeAnswer, now: Instant): void {
  const { checks } = run;
  if (checks === null || checks.open !== attempt || run.askedAt !== null || run.exit !== null) return;
  const { intervalMs, retries, startPeriodMs } = run.spec.health!;
  checks.open = null;
  checks.dueAt = clockOf(run, now);
  if (run.held.size > 0) return;
  checks.dueAt = after(checks.dueAt, intervalMs);
  if (says === "ready") return works(checks);
  const isEarly = now < after(run.readyAt!, startPeriodMs + run.heldMs);
  checks.failures = isEarly ? 0 : checks.failures + 1;
  if (checks.failures >= retries && run.wishes.length === 0) checks.healthy = false;
}

/** A run says something of itself that its health follows from. */
export function hearWord(run: Run, told: Told, now: Instant): void {
  const { checks } = run;
  if (told.is === "watchdog" && run.askedAt === null && run.exit === null) {
    run.watchdog = { ms: told.ms };
    if (checks === null || run.spec.health!.probe !== null) return;
    checks.watchdogMs = told.ms;
    checks.dueAt = silentUntil(run, told.ms, now);
  }
  if (checks === null || checks.watchdogMs === null || !isHeard(run)) return;
  if (told.is === "alive") {
    checks.dueAt = silentUntil(run, checks.watchdogMs, now);
    works(checks);
  } else if (told.is === "broken" && run.wishes.length === 0) bite(run, checks, now);
}

function works(checks: Checks): void {
  checks.healthy = true;
  checks.failures = 0;
}

function bite(run: Run, checks: Checks, now: Instant): void {
  checks.healthy = false;
  checks.dueAt = silentUntil(run, checks.watchdogMs, now);
}

/** It is told that a run works, or does not. */
export function auditTold(run: Run | undefined, isHealthy: boolean, now: Instant): void {
  const checks = run?.checks ?? null;
  assert.ok(run !== undefined && checks !== null, "it is told whether something works that nobody checks");
  if (!isHealthy && isSilent(run, checks, now)) bite(run, checks, now);
  assert.equal(checks.healthy, isHealthy, `"${run.node}" is told to work: ${isHealthy}`);
  assert.notEqual(checks.told, isHealthy, `"${run.node}" is told twice to work: ${isHealthy}`);
  checks.told = isHealthy;
}

function isSilent(run: Run, { watchdogMs, dueAt }: Checks, now: Instant): boolean {
  return watchdogMs !== null && run.held.size === 0 && clockOf(run, now) >= dueAt;
}

/** To be asked when a step is over. */
export function auditChecks({ ledger, event, now, is }: Scene): void {
  for (const run of ledger.runs.values()) {
    const { node, checks } = run;
    if (checks === null || run.askedAt !== null || run.exit !== null) continue;
    const phase = is.phase(node);
    // What is told once, of a watchdog that is only told of, may be due again.
    if (checks.told === false && isSilent(run, checks, now)) bite(run, checks, now);
    assert.equal(checks.told, checks.healthy, `"${node}" works: ${checks.healthy}, told is ${checks.told}`);
    assert.equal(phase.health?.healthy, checks.healthy, `"${node}" is said to work`);
    if (event.type !== "time_passed" || run.held.size > 0 || run.wishes.length > 0) continue;
    const isLate = checks.open === null && clockOf(run, now) > checks.dueAt;
    assert.ok(!isLate, `"${node}" was to be checked at ${checks.dueAt}`);
  }
}
