import { currentOpenFrame } from "../scope/ambient.ts";
import { park } from "../scope/park.ts";

/**
 * Waits for a promise from outside of the tree of tasks.
 *
 * @param onCancel Told if a cancel ends the wait or keeps it from beginning: the place to stop whatever the promise stands
 * for, because the promise itself goes on unobserved. Where it takes an AbortSignal, pass it `currentSignal()` instead.
 * @throws Whatever the promise rejects with.
 * @throws {Cancelled}
 */
export async function fromPromise<T>(promise: PromiseLike<T>, onCancel?: () => void): Promise<T> {
  if (currentOpenFrame().status.inForce !== null) {
    // Nobody will come to wait: unobserved, a rejection would end the program.
    promise.then(undefined, () => {});
    onCancel?.();
  }
  return await park<T>("promise", (parked) => {
    parked.onAbort = onCancel ?? null;
    promise.then((value) => parked.wake(value), (error: unknown) => parked.fail(error));
  });
}
