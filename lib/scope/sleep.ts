import { after, type Instant, NEVER } from "../base/instant.ts";
import { currentFrame } from "./ambient.ts";
import { park } from "./park.ts";

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
export async function sleep(ms: number): Promise<void> {
  if (!(ms >= 0)) throw new RangeError(`Cannot sleep: the duration must not be negative, and is ${ms}`);
  await sleepUntil(after(currentTime(), ms));
}

/**
 * Waits until `at`; a checkpoint if that is past.
 *
 * @throws {Cancelled}
 */
export async function sleepUntil(at: Instant): Promise<void> {
  const { clock } = currentFrame().run;
  await park<void>("sleep", (parked) => {
    if (at === NEVER) return;
    if (at <= clock.now()) parked.wake();
    else parked.onAbort = clock.schedule(at, () => parked.wake());
  });
}

/**
 * Waits until it is cancelled.
 *
 * @throws {Cancelled}
 */
export async function sleepForever(): Promise<never> {
  return await park<never>("sleep forever", () => {});
}
