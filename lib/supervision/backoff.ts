import type { Backoff } from "../config/plan.ts";

/**
 * How long to wait before a restart.
 *
 * @param streak How many restarts in a row there were before; the first is immediate.
 * @param chance A number in [0, 1) that places the delay within its jitter.
 */
export function restartDelay(streak: number, spec: Backoff, chance: number): number {
  if (streak === 0) return 0;
  const plain = Math.min(spec.maxMs, spec.initialMs * spec.factor ** (streak - 1));
  return Math.round(Math.min(spec.maxMs, plain * (1 + spec.jitter * (2 * chance - 1))));
}

/** The streak to go on from after a run that was ready for `readyForMs`. */
export function streakAfter(streak: number, readyForMs: number, spec: Backoff): number {
  return readyForMs >= spec.resetAfterMs ? 0 : streak;
}
