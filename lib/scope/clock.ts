import type { Instant } from "../base/instant.ts";

/**
 * The time of a run. Everything that waits in the library waits on the clock that it was given, so that tests can move
 * time by hand.
 *
 * Implementations MUST be monotonic, MUST NOT call back before `at`, and MUST NOT call back from inside `schedule` or
 * `turn`.
 */
export interface Clock {
  /** The present instant. */
  now(): Instant;
  /** Calls back once at `at` or soon after; the returned function revokes it and may be called at any time. */
  schedule(at: Instant, callback: () => void): () => void;
  /** Calls back after the runtime has had a turn to look for input, signals and timers. */
  turn(callback: () => void): void;
}
