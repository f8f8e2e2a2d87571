import { AsyncLocalStorage } from "node:async_hooks";

/**
 * A function that calls others in the present context, whatever contexts the ones before have left: not every runtime takes
 * back what foreign code has entered with `AsyncLocalStorage.enterWith`.
 */
export function keepContext(): <A>(body: (argument: A) => void, argument: A) => void {
  return AsyncLocalStorage.snapshot();
}
