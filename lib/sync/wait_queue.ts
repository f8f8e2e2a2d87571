import { park, type Parked } from "../scope/park.ts";

/** Tasks that wait for the same thing, in the order in which they came. */
export class WaitQueue {
  readonly #waiting = new Set<Parked<void>>();

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Waits until it is woken; at once if `isReady` says so. Either way it is a checkpoint.
   *
   * @param what Names what is waited for, in listings of tasks.
   * @throws {Cancelled}
   */
  wait(what: string, isReady: () => boolean = () => false): Promise<void> {
    return park<void>(what, (parked) => {
      if (isReady()) return parked.wake();
      this.#waiting.add(parked);
      parked.onAbort = () => this.#waiting.delete(parked);
    });
  }

  /** Wakes the task that has waited longest; false if none waits. */
  wakeOne(): boolean {
    const parked = this.takeFirst();
    parked?.wake();
    return parked !== null;
  }

  /** Takes out the longest wait, for the caller to end it; null if there is none. */
  takeFirst(): Parked<void> | null {
    for (const parked of this.#waiting) {
      this.#waiting.delete(parked);
      return parked;
    }
    return null;
  }

  wakeAll(): void {
    while (this.#waiting.size > 0) this.wakeOne();
  }
}
