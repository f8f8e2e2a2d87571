import { after, type Instant, NEVER } from "../base/instant.ts";
import { currentFrame } from "./ambient.ts";
import type { Clock } from "./clock.ts";
import { park, type Parked } from "./park.ts";

/** The present instant of the run's clock. */
export function currentTime(): Instant {
  return currentFrame().run.clock.now();
}

/**
 * Waits for `ms` milliseconds.
 *
 * @throws {RangeError} If `ms` is negative or NaN.
 * @throws {Cancelled}
 */
export function sleep(ms: number): Promise<void> {
  return park<void>("sleep", (parked, { clock }) => {
    if (!(ms >= 0)) {
      throw new RangeError(`Cannot sleep: the duration must not be negative, and is ${ms}`);
    }
    wakeAt(parked, clock, after(clock.now(), ms));
  });
}

/**
 * Waits until `at`; a checkpoint if that is past.
 *
 * @throws {Cancelled}
 */
export function sleepUntil(at: Instant): Promise<void> {
  return park<void>("sleep", (parked, { clock }) => wakeAt(parked, clock, at));
}

/**
 * Waits until it is cancelled.
 *
 * @throws {Cancelled}
 */
export function sleepForever(): Promise<never> {
  return park<never>("sleep forever", () => {});
}

function wakeAt(parked: Parked<void>, clock: Clock, at: Instant): void {
  if (at <= clock.now()) parked.wake();
  else if (at !== NEVER) parked.onAbort = clock.schedule(at, () => parked.wake());
}
