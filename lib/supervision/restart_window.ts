import type { Instant } from "../base/instant.ts";
import type { Intensity } from "../config/plan.ts";

/** Restarts that still count, oldest first: of one child, or of all children of a supervisor together. */
export interface RestartWindow {
  readonly at: readonly Instant[];
}

/** A window, and whether it had room for one more. */
export interface Recorded {
  readonly granted: boolean;
  readonly window: RestartWindow;
  /** How many more it has room for; null if they are not counted. */
  readonly left: number | null;
}

/** The window of what has just started. */
export const EMPTY_WINDOW: RestartWindow = { at: [] };

/** Asks for one more restart at `now`; after a refusal the node that this window counts for must give up. */
export function recordRestart(window: RestartWindow, now: Instant, spec: Intensity): Recorded {
  if (spec === "unlimited") return { granted: true, window: EMPTY_WINDOW, left: null };
  const { at } = window;
  let old = 0;
  while (old < at.length && now - at[old]! > spec.withinMs) old += 1;
  const recent = at.slice(old);
  if (recent.length >= spec.restarts) return { granted: false, window: { at: recent }, left: 0 };
  recent.push(now);
  return { granted: true, window: { at: recent }, left: spec.restarts - recent.length };
}
