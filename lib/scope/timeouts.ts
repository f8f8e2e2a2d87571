import { after, type Instant } from "../base/instant.ts";
import { CancelScope, type CancelScopeOptions } from "./cancel_scope.ts";
import { currentTime } from "./sleep.ts";

/** Raised by {@linkcode failAfter} and {@linkcode failAt} when the time ran out. Trio's `TooSlowError`. */
export class TooSlowError extends Error {
  override readonly name = "TooSlowError";
}

/** Options of a scope with a deadline, beside the deadline. */
export type TimeoutOptions = Omit<CancelScopeOptions, "deadline">;

/**
 * Runs `body` for at most `ms` milliseconds.
 *
 * @returns The body's value; undefined if the time ran out.
 */
export async function moveOnAfter<T>(
  ms: number,
  body: (scope: CancelScope) => T | Promise<T>,
  options: TimeoutOptions = {},
): Promise<T | undefined> {
  checkDuration(ms);
  return await moveOnAt(after(currentTime(), ms), body, options);
}

/** {@linkcode moveOnAfter} with an instant. */
export async function moveOnAt<T>(
  deadline: Instant,
  body: (scope: CancelScope) => T | Promise<T>,
  options: TimeoutOptions = {},
): Promise<T | undefined> {
  return await new CancelScope({ ...options, deadline }).run(body);
}

/**
 * Runs `body` for at most `ms` milliseconds.
 *
 * @throws {TooSlowError} If the time ran out.
 */
export async function failAfter<T>(
  ms: number,
  body: (scope: CancelScope) => T | Promise<T>,
  options: TimeoutOptions = {},
): Promise<T> {
  checkDuration(ms);
  return await failAt(after(currentTime(), ms), body, options);
}

/** {@linkcode failAfter} with an instant. */
export async function failAt<T>(
  deadline: Instant,
  body: (scope: CancelScope) => T | Promise<T>,
  options: TimeoutOptions = {},
): Promise<T> {
  const scope = new CancelScope({ ...options, deadline });
  const value = await scope.run(body);
  if (scope.cancelledCaught) throw new TooSlowError("The time ran out");
  return value as T;
}

function checkDuration(ms: number): void {
  if (!(ms >= 0)) throw new RangeError(`Cannot bound the time: it must not be negative, and is ${ms}`);
}
