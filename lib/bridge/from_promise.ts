import { park } from "../scope/park.ts";

/**
 * Waits for a promise from outside of the tree of tasks.
 *
 * @param onCancel Told if a cancel ends the wait: the place to stop whatever the promise stands for, because the promise
 * itself goes on unobserved. Where it takes an AbortSignal, pass it `currentSignal()` instead.
 * @throws Whatever the promise rejects with.
 * @throws {Cancelled}
 */
export function fromPromise<T>(promise: PromiseLike<T>, onCancel?: () => void): Promise<T> {
  return park<T>("promise", (parked) => {
    parked.onAbort = onCancel ?? null;
    promise.then((value) => parked.wake(value), (error: unknown) => parked.fail(error));
  });
}
