import { currentFrame } from "../scope/ambient.ts";
import { park, type Parked } from "../scope/park.ts";
import type { TaskInfo } from "../scope/task_info.ts";
import { BrokenResourceError, WouldBlock } from "./channel_errors.ts";

/**
 * A lock that a task owns. It goes straight from its owner to the task that has waited longest, so that nobody overtakes; a task
 * that ends while it holds the lock breaks it. Trio's `Lock`.
 *
 * The order is not promised, as in Trio: where it matters, say so with {@linkcode StrictFifoLock}.
 */
export class Lock {
  #owner: TaskInfo | null = null;
  #broken: BrokenResourceError | null = null;
  #forgetOwner: (() => void) | null = null;
  readonly #waiting = new Set<Parked<void>>();

  /** Whether a task owns it. */
  get isLocked(): boolean {
    return this.#owner !== null;
  }

  /** Name of the task that owns it; null if none does. */
  get owner(): string | null {
    return this.#owner?.name ?? null;
  }

  /** How many calls of `acquire` wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Waits until the lock is free, and takes it.
   *
   * @throws {TypeError} If the calling task owns it already.
   * @throws {BrokenResourceError} If a task ended while it owned the lock.
   * @throws {Cancelled} Then the lock was not taken.
   */
  acquire(): Promise<void> {
    return park<void>("lock", (parked) => {
      const refusal = this.#refusal(parked.wait.task);
      if (refusal !== null) return parked.fail(refusal);
      if (this.#owner === null) {
        this.#own(parked.wait.task);
        return parked.wake();
      }
      this.queue(parked);
    });
  }

  /**
   * Takes the lock if it is free.
   *
   * @throws {WouldBlock} If another task owns it.
   * @throws {TypeError} If the calling task owns it already.
   * @throws {BrokenResourceError} If a task ended while it owned the lock.
   */
  acquireNowait(): void {
    const { task } = currentFrame();
    const refusal = this.#refusal(task);
    if (refusal !== null) throw refusal;
    if (this.#owner !== null) throw new WouldBlock(`Task "${this.#owner.name}" owns the lock`);
    this.#own(task);
  }

  /**
   * Gives the lock to the task that has waited longest.
   *
   * @throws {TypeError} If the calling task does not own it.
   */
  release(): void {
    this.requireOwner();
    this.#forgetOwner!();
    this.#owner = null;
    for (const parked of this.#waiting) {
      this.#waiting.delete(parked);
      this.#own(parked.wait.task);
      return parked.wake();
    }
  }

  /**
   * Runs `body` while owning the lock.
   *
   * @throws What {@linkcode acquire} throws, and what `body` throws.
   */
  async run<T>(body: () => T | Promise<T>): Promise<T> {
    await this.acquire();
    try {
      return await body();
    } finally {
      this.release();
    }
  }

  /** @internal Lets a wait end when the lock, which somebody owns, comes to its task. */
  queue(parked: Parked<void>): void {
    this.#waiting.add(parked);
    parked.onAbort = () => this.#waiting.delete(parked);
  }

  /** @internal */
  requireOwner(): void {
    const { task } = currentFrame();
    if (this.#owner === task) return;
    const owner = this.#owner === null ? "nobody owns it" : `task "${this.#owner.name}" owns it`;
    throw new TypeError(`Task "${task.name}" does not own the lock: ${owner}`);
  }

  #refusal(task: TaskInfo): Error | null {
    if (this.#broken !== null) return this.#broken;
    if (this.#owner !== task) return null;
    return new TypeError(
      `Task "${task.name}" owns the lock already: it would wait for itself. ` +
        "Branches that share a lock must be tasks of a nursery",
    );
  }

  #own(task: TaskInfo): void {
    this.#owner = task;
    this.#forgetOwner = task.atExit(() => this.#break(task));
  }

  #break(owner: TaskInfo): void {
    this.#broken = new BrokenResourceError(`Task "${owner.name}" ended while it owned the lock`);
    this.#owner = null;
    for (const parked of this.#waiting) parked.fail(this.#broken);
    this.#waiting.clear();
  }
}

/** A {@linkcode Lock} that promises to serve the task that has waited longest first. */
export class StrictFifoLock extends Lock {}
