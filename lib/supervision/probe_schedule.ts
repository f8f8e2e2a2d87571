import type { Ready } from "../config/plan.ts";

/** Longest pause between two attempts, unless the configured interval is longer still. */
const SLOWEST_MS = 2_000;
const GROWTH = 1.5;
const ATTEMPT_TIMEOUT_MS = 5_000;

/** The pause after attempt number `attempt` (from 1): the interval first, then slower. */
export function pauseAfterAttempt(attempt: number, ready: Ready): number {
  const slowest = Math.max(SLOWEST_MS, ready.intervalMs);
  return Math.round(Math.min(slowest, ready.intervalMs * GROWTH ** (attempt - 1)));
}

/** How long one attempt may take. */
export function attemptTimeout(startTimeoutMs: number): number {
  return Math.min(ATTEMPT_TIMEOUT_MS, startTimeoutMs);
}
