import { WaitQueue } from "./wait_queue.ts";

/** Something that happens once; any number of tasks may wait for it. Trio's `Event`. */
export class Event {
  #isSet = false;
  readonly #waiting = new WaitQueue();

  /** Whether it has happened. */
  get isSet(): boolean {
    return this.#isSet;
  }

  /** Makes it happen. Idempotent; may be called from outside of every task. */
  set(): void {
    if (this.#isSet) return;
    this.#isSet = true;
    this.#waiting.wakeAll();
  }

  /**
   * Waits until it has happened; a checkpoint if it has.
   *
   * @throws {Cancelled}
   */
  wait(): Promise<void> {
    return this.#waiting.wait("event", () => this.#isSet);
  }
}
