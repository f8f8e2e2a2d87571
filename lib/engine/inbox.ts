import { type Instant, NEVER } from "../base/instant.ts";
import type { Clock } from "../scope/clock.ts";
import { park, type Parked } from "../scope/park.ts";

/**
 * The events that wait for their turn, in order. Their taker waits here for more, or for an instant: one timer
 * serves all waits for instants that are not earlier than its own.
 */
export class Inbox<T> {
  readonly #clock: Clock;
  #items: T[] = [];
  /** How many of them are taken. */
  #taken = 0;
  #parked: Parked<void> | null = null;
  #armed: { readonly at: Instant; readonly revoke: () => void } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether all that has come is taken. */
  get isEmpty(): boolean {
    return this.#taken >= this.#items.length;
  }

  /** May be called from outside of every task. */
  put(item: T): void {
    this.#items.push(item);
    this.#wake();
  }

  /** The first event; undefined if there is none. */
  take(): T | undefined {
    if (this.#taken < this.#items.length) return this.#items[this.#taken++];
    this.#items = [];
    this.#taken = 0;
    return undefined;
  }

  /** Waits until something comes, or until about an instant: it may end too early. Nothing may be there. @throws {Cancelled} */
  async wait(due: Instant): Promise<void> {
    this.#arm(due);
    try {
      await park<void>("what happens next", (parked) => this.#parked = parked);
    } finally {
      this.#parked = null;
    }
  }

  /** Nobody waits any more. */
  close(): void {
    this.#disarm();
  }

  #arm(due: Instant): void {
    if (due === NEVER || (this.#armed !== null && this.#armed.at <= due)) return;
    this.#disarm();
    const revoke = this.#clock.schedule(due, () => {
      this.#armed = null;
      this.#wake();
    });
    this.#armed = { at: due, revoke };
  }

  #disarm(): void {
    this.#armed?.revoke();
    this.#armed = null;
  }

  #wake(): void {
    const parked = this.#parked;
    this.#parked = null;
    parked?.wake();
  }
}
