import { currentOpenFrame } from "../scope/ambient.ts";
import type { CancelStatus } from "../scope/cancel_status.ts";
import { type Cancelled, cancelledFor } from "../scope/cancelled.ts";

const signals = new WeakMap<CancelStatus, AbortSignal>();

/**
 * An AbortSignal of the scopes around the caller, for `fetch` and any other web API: it aborts when they are cancelled, and
 * its reason is the {@linkcode Cancelled} that the scope absorbs.
 *
 * @throws {TypeError} Outside of `run()`.
 *
 * @example A web API obeys the scope around it
 * ```ts
 * import { currentSignal, moveOnAfter, run } from "supervise";
 *
 * await run(() =>
 *   moveOnAfter(10, () =>
 *     new Promise((_, reject) => {
 *       const signal = currentSignal();
 *       signal.addEventListener("abort", () => reject(signal.reason)); // as fetch does
 *     }))
 * );
 * ```
 */
export function currentSignal(): AbortSignal {
  const { status } = currentOpenFrame();
  const known = signals.get(status);
  // A scope that was cancelled from outside and then shielded is not cancelled any more: its old signal is used up.
  if (known !== undefined && known.aborted === (status.inForce !== null)) return known;
  const controller = new AbortController();
  signals.set(status, controller.signal);
  const abort = (error: Cancelled) => controller.abort(error);
  if (status.inForce !== null) abort(cancelledFor(status.inForce));
  else status.addWaiter({ wait: null, previous: null, next: null, abort });
  return controller.signal;
}
