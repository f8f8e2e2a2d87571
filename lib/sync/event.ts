import { park, type Parked } from "../scope/park.ts";

/** Something that happens once; any number of tasks may wait for it. Trio's `Event`. */
export class Event {
  #isSet = false;
  readonly #waiting = new Set<Parked<void>>();

  /** Whether it has happened. */
  get isSet(): boolean {
    return this.#isSet;
  }

  /** Makes it happen. Idempotent; may be called from outside of every task. */
  set(): void {
    if (this.#isSet) return;
    this.#isSet = true;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const parked of waiting) parked.wake();
  }

  /**
   * Waits until it has happened; a checkpoint if it has.
   *
   * @throws {Cancelled}
   */
  async wait(): Promise<void> {
    await park<void>((parked) => {
      if (this.#isSet) return parked.wake();
      this.#waiting.add(parked);
      parked.onAbort = () => this.#waiting.delete(parked);
    });
  }
}
