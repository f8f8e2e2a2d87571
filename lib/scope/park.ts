/**
 * The one way to wait. Every primitive of the library that blocks is a `park`, so that each is a checkpoint and each can
 * be cancelled, and so that cancel and wake-up are atomic: a wait ends with its value or raises, never both.
 */
import { currentOpenFrame, type TaskFrame, tryCurrentFrame } from "./ambient.ts";
import { CancelStatus, type Waiter } from "./cancel_status.ts";
import { type Cancelled, cancelledFor } from "./cancelled.ts";
import type { Ready, RunState } from "./run_state.ts";
import type { TaskInfo } from "./task_info.ts";

/** A wait in progress. Its holder ends it with `wake` or `fail`; later calls have no effect. */
export class Parked<T> implements Waiter, Ready {
  previous: Waiter | null = null;
  next: Waiter | null = null;
  readonly #what: string;
  readonly #frame: TaskFrame;
  /** Whether the status is there for this wait alone, and ends with it. */
  readonly #isAlone: boolean;
  readonly #resolve: (value: T) => void;
  readonly #reject: (error: unknown) => void;
  #state: "waiting" | "woken" | "failed" = "waiting";
  #outcome: unknown = undefined;
  /** Called when a cancel ends the wait: takes it out of whatever would have woken it. */
  onAbort: (() => void) | null = null;

  /** @internal */
  constructor(
    frame: TaskFrame,
    what: string,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
    isAlone: boolean,
  ) {
    this.#what = what;
    this.#frame = frame;
    this.#isAlone = isAlone;
    this.#resolve = resolve;
    this.#reject = reject;
    frame.status.addWaiter(this);
    if (frame.run.isWatched) frame.run.tell("taskBlocked", frame.task, what);
  }

  /** The task that waits, and what for. */
  get wait(): { readonly task: TaskInfo; readonly what: string } {
    return { task: this.#frame.task, what: this.#what };
  }

  /** Whether the wait goes on. */
  get isWaiting(): boolean {
    return this.#state === "waiting";
  }

  /** Ends the wait with a value. */
  wake(value: T): void {
    if (this.#state === "waiting") this.#leave("woken", value);
  }

  /** Ends the wait with an error. */
  fail(error: unknown): void {
    if (this.#state === "waiting") this.#leave("failed", error);
  }

  /** @internal */
  abort(error: Cancelled): void {
    try {
      this.onAbort?.();
    } catch (failure) {
      // It outranks the cancel, and must not keep others from theirs.
      return this.#end("failed", failure);
    }
    this.#end("failed", error);
  }

  /** @internal Lets the task go on. */
  go(): void {
    if (this.#state === "woken") this.#resolve(this.#outcome as T);
    else this.#reject(this.#outcome);
  }

  #leave(state: "woken" | "failed", outcome: unknown): void {
    this.#frame.status.removeWaiter(this);
    this.#end(state, outcome);
  }

  #end(state: "woken" | "failed", outcome: unknown): void {
    this.#state = state;
    this.#outcome = outcome;
    const { run, task, status } = this.#frame;
    if (this.#isAlone) status.close();
    if (run.isWatched) run.tell("taskScheduled", task);
    run.resume(this);
  }
}

/**
 * Waits until whatever `arm` hands its argument to ends the wait, or until a scope around it is cancelled.
 *
 * @param what Names what is waited for, in listings of tasks.
 * @throws {Cancelled} If a scope around the caller is or becomes cancelled.
 * @throws Whatever `arm` throws.
 */
export function park<T>(what: string, arm: Arm<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const frame = currentOpenFrame();
    if (frame.status.inForce !== null) return reject(cancelledFor(frame.status.inForce));
    begin(new Parked(frame, what, resolve, reject, false), arm, frame.run);
  });
}

/**
 * {@linkcode park} in a shielded scope that holds nothing else, at less cost than that: of cancels only one ends it that makes
 * shields count no more.
 */
export function parkShielded<T>(what: string, arm: Arm<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const { run, task, status: outer, locals } = currentOpenFrame();
    const status = new CancelStatus(outer, true, task);
    if (status.inForce !== null) {
      status.close();
      return reject(cancelledFor(status.inForce));
    }
    begin(new Parked({ run, task, status, locals }, what, resolve, reject, true), arm, run);
  });
}

/** Hands a wait to whatever will end it. */
type Arm<T> = (parked: Parked<T>, run: RunState) => void;

function begin<T>(parked: Parked<T>, arm: Arm<T>, run: RunState): void {
  // An instrument that was told of it may have cancelled it: then nothing is to hold on to it.
  if (!parked.isWaiting) return;
  try {
    arm(parked, run);
  } catch (error) {
    parked.fail(error);
  }
}

/**
 * A checkpoint: lets others run, and raises if a scope around it is cancelled.
 *
 * @throws {Cancelled}
 */
export function checkpoint(): Promise<void> {
  const frame = tryCurrentFrame();
  // A task that would go on in its turn, and that nobody watches, need not be parked for that.
  const isQuick = frame !== null && !frame.status.isClosed && frame.status.inForce === null &&
    frame.run.tryPass();
  return isQuick ? PASSED : park<void>("checkpoint", (parked) => parked.wake());
}

const PASSED = Promise.resolve();

/**
 * Half a checkpoint: raises if a scope around the caller is cancelled, and else goes on at once. For long computations.
 *
 * @throws {Cancelled}
 */
export function checkpointIfCancelled(): void {
  const { inForce } = currentOpenFrame().status;
  if (inForce !== null) throw cancelledFor(inForce);
}
