/**
 * The one way to wait. Every primitive of the library that blocks is a `park`, so that each is a checkpoint and each can
 * be cancelled, and so that cancel and wake-up are atomic: a wait ends with its value or raises, never both.
 */
import { currentFrame } from "./ambient.ts";
import type { CancelStatus, Waiter } from "./cancel_status.ts";
import { Cancelled } from "./cancelled.ts";
import type { RunState } from "./run_state.ts";

/** A wait in progress. Whoever holds it ends it with `wake` or `fail`; later calls have no effect. */
export class Parked<T> implements Waiter {
  readonly #run: RunState;
  readonly #status: CancelStatus;
  readonly #resolve: (value: T) => void;
  readonly #reject: (error: unknown) => void;
  #over = false;
  /** Called when a cancel ends the wait: takes it out of whatever would have woken it. */
  onAbort: (() => void) | null = null;

  /** @internal */
  constructor(
    run: RunState,
    status: CancelStatus,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ) {
    this.#run = run;
    this.#status = status;
    this.#resolve = resolve;
    this.#reject = reject;
    status.addWaiter(this);
  }

  /** Ends the wait with a value. */
  wake(value: T): void {
    if (!this.#end()) return;
    this.#run.resume(() => this.#resolve(value));
  }

  /** Ends the wait with an error. */
  fail(error: unknown): void {
    if (!this.#end()) return;
    this.#run.resume(() => this.#reject(error));
  }

  /** @internal */
  abort(error: Cancelled): void {
    if (!this.#end()) return;
    this.onAbort?.();
    this.#run.resume(() => this.#reject(error));
  }

  #end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#status.removeWaiter(this);
    return true;
  }
}

/**
 * Waits until whatever `arm` hands its argument to ends the wait, or until a scope around it is cancelled.
 *
 * @throws {Cancelled} If a scope around the caller is or becomes cancelled.
 */
export async function park<T>(arm: (parked: Parked<T>) => void): Promise<T> {
  const { run, status } = currentFrame();
  if (status.inForce !== null) throw new Cancelled(status.inForce);
  return await new Promise<T>((resolve, reject) => arm(new Parked(run, status, resolve, reject)));
}

/**
 * A checkpoint: lets others run, and raises if a scope around it is cancelled.
 *
 * @throws {Cancelled}
 */
export async function checkpoint(): Promise<void> {
  await park<void>((parked) => parked.wake());
}
