/**
 * Points in monotonic time, in milliseconds since an arbitrary start. The brand keeps them apart from durations and
 * from wall-clock times, which jump and must never arm a timer.
 */
export type Instant = number & { readonly [brand]: "Instant" };
declare const brand: unique symbol;

/** The instant that never comes: the value of a deadline that is not set. */
export const NEVER = Infinity as Instant;

/** An instant at `ms` milliseconds of its clock. */
export function instant(ms: number): Instant {
  return ms as Instant;
}

/** The instant `ms` milliseconds after `start`. */
export function after(start: Instant, ms: number): Instant {
  return (start + ms) as Instant;
}

/** The earliest of several instants; `NEVER` for none. */
export function earliest(...instants: readonly Instant[]): Instant {
  return Math.min(Infinity, ...instants) as Instant;
}

/** The latest of several instants. */
export function latest(...instants: readonly [Instant, ...Instant[]]): Instant {
  return Math.max(...instants) as Instant;
}
