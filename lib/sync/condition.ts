import { CancelScope } from "../scope/cancel_scope.ts";
import { Lock } from "./lock.ts";
import { WaitQueue } from "./wait_queue.ts";

/**
 * Tasks that wait, under a lock, until others tell them that something has changed. No wake-up is spurious. Trio's
 * `Condition`.
 */
export class Condition {
  readonly lock: Lock;
  readonly #waiting = new WaitQueue();

  /** @param lock Its lock; a new one by default. */
  constructor(lock: Lock = new Lock()) {
    this.lock = lock;
  }

  /** How many calls of `wait` wait to be notified. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Gives the lock away, waits to be notified, and takes the lock again, which no cancel prevents: the lock is held
   * however the wait ends.
   *
   * @throws {TypeError} If the calling task does not own the lock.
   * @throws {BrokenResourceError} If a task ended while it owned the lock.
   * @throws {Cancelled}
   */
  async wait(): Promise<void> {
    this.lock.requireOwner();
    let released = false;
    try {
      await this.#waiting.wait("condition", () => {
        this.lock.release();
        released = true;
        return false;
      });
    } catch (error) {
      if (released) await new CancelScope({ shield: true }).run(() => this.lock.acquire());
      throw error;
    }
  }

  /**
   * Wakes those who have waited longest: they get the lock before all who ask for it from now on.
   *
   * @param count How many.
   * @throws {TypeError} If the calling task does not own the lock.
   */
  notify(count = 1): void {
    this.lock.requireOwner();
    for (let i = 0; i < count; i++) {
      const parked = this.#waiting.takeFirst();
      if (parked === null) return;
      this.lock.queue(parked);
    }
  }

  /**
   * Wakes all who wait.
   *
   * @throws {TypeError} If the calling task does not own the lock.
   */
  notifyAll(): void {
    this.notify(Infinity);
  }
}
