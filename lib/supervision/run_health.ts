/** The health of a run, as data, and the instant at which something is to be done for it. */
import { after, type Instant, NEVER } from "../base/instant.ts";
import type { Health } from "../config/plan.ts";
import { type Held, whenRunTime } from "./run_time.ts";
import type { RunWord } from "./run_word.ts";

/** See the module. */
export interface RunHealth {
  /** Null while nothing is known. */
  readonly healthy: boolean | null;
  /** Failures in a row that count. */
  readonly failures: number;
  /** Whether the last question to the run was about this, and waits for its answer. */
  readonly isAsked: boolean;
  /** When the run is asked next, or its watchdog bites, as the clock of the run has it. */
  readonly dueAt: Instant;
  /** Why it last failed; null once it works. */
  readonly lastError: string | null;
  /** How long its watchdog is silent before that bites; null where it has none. */
  readonly watchdogMs: number | null;
}

/**
 * The health of a run of which nothing is known yet; null if nobody asks for it.
 *
 * @param now As the clock of the run has it.
 */
export function beginHealth(
  health: Health | null,
  word: Pick<RunWord, "watchdog">,
  now: Instant,
): RunHealth | null {
  if (health === null) return null;
  const isAskedFor = health.probe !== null;
  const watchdogMs = isAskedFor || word.watchdog === null ? health.watchdogMs : word.watchdog.ms;
  return {
    healthy: null,
    failures: 0,
    isAsked: false,
    dueAt: isAskedFor ? now : silentUntil(watchdogMs, now),
    lastError: null,
    watchdogMs,
  };
}

/** Until when a watchdog that begins anew may be silent. */
export function silentUntil(watchdogMs: number | null, now: Instant): Instant {
  return watchdogMs === null ? NEVER : after(now, watchdogMs);
}

/** When something is due for the health of a run; never for one that is to stop. */
export function healthDue(run: Held & { readonly health: RunHealth | null }, isToStop: boolean): Instant {
  return run.health === null || isToStop ? NEVER : whenRunTime(run, run.health.dueAt);
}
