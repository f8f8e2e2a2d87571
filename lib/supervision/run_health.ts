import { after, type Instant, NEVER } from "../base/instant.ts";
import type { Health } from "../config/plan.ts";

/** What is known of the health of a run. */
export interface RunHealth {
  /** Null while nothing is known. */
  readonly healthy: boolean | null;
  /** Checks that have failed in a row, and that count. */
  readonly failures: number;
  /** The number of the last question; those of the start have the lower ones. */
  readonly attempt: number;
  /** Whether it waits for its answer. */
  readonly isAsked: boolean;
  /** When it is asked next, or its watchdog bites. */
  readonly dueAt: Instant;
  /** What the last check said that failed; null if it has not. */
  readonly lastError: string | null;
  /** How long its watchdog is silent before that bites; null where it has none. */
  readonly watchdogMs: number | null;
}

/** The health of a run that has become ready; null if nobody asks. @param attempt The questions of its start. */
export function beginHealth(health: Health | null, attempt: number, now: Instant): RunHealth | null {
  if (health === null) return null;
  const { watchdogMs } = health;
  return {
    healthy: null,
    failures: 0,
    attempt,
    isAsked: false,
    dueAt: watchdogMs === null ? now : after(now, watchdogMs),
    lastError: null,
    watchdogMs,
  };
}

/** When something is due for the health of a run. */
export function healthDue(
  { health, hold }: { readonly health: RunHealth | null; readonly hold: object | null },
): Instant {
  return health === null || hold !== null ? NEVER : health.dueAt;
}
