import type { Instant } from "../base/instant.ts";
import type { Intensity } from "../config/plan.ts";

/** The restarts of a supervisor that still count, oldest first. */
export interface RestartWindow {
  readonly at: readonly Instant[];
}

/** A window and whether it had room for one more. */
export interface Recorded {
  readonly granted: boolean;
  readonly window: RestartWindow;
}

/** The window of a supervisor that has just started. */
export const EMPTY_WINDOW: RestartWindow = { at: [] };

/** Asks for one more restart at `now`; a refusal means that the supervisor itself must give up. */
export function recordRestart(window: RestartWindow, now: Instant, spec: Intensity): Recorded {
  const recent = window.at.filter((at) => now - at <= spec.withinMs);
  if (recent.length >= spec.restarts) return { granted: false, window: { at: recent } };
  return { granted: true, window: { at: [...recent, now] } };
}

/** How many restarts the window still has room for at `now`. */
export function restartsLeft(window: RestartWindow, now: Instant, spec: Intensity): number {
  return Math.max(0, spec.restarts - window.at.filter((at) => now - at <= spec.withinMs).length);
}
