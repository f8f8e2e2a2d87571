import { CancelScope } from "../scope/cancel_scope.ts";

/**
 * Runs `body` for as long as a signal from outside is not aborted: when it is, `body` is cancelled, and the reason of the
 * signal is raised here, as the aborting code expects it. For functions that callers outside of the tree of tasks give a
 * signal.
 *
 * @returns What `body` returned.
 * @throws The reason of the signal, if it cut `body` short.
 * @throws {Cancelled}
 *
 * @example A scope that an AbortController reaches
 * ```ts
 * import { fromSignal, run, sleepForever } from "supervise";
 *
 * await run(async () => {
 *   try {
 *     await fromSignal(AbortSignal.timeout(10), () => sleepForever());
 *   } catch (error) {
 *     console.log((error as Error).name); // TimeoutError
 *   }
 * });
 * ```
 */
export async function fromSignal<T>(signal: AbortSignal, body: () => T | Promise<T>): Promise<T> {
  const scope = new CancelScope();
  const onAbort = () => scope.cancelFor({ source: "explicit", reason: "its signal was aborted", by: null });
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort);
  try {
    const value = await scope.run(body);
    if (scope.cancelledCaught) throw signal.reason;
    return value as T;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
