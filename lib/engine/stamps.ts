/** How far the clock may be behind the last stamp and still be taken for unchanged: bursts run ahead of it a little. */
const SLACK_MICROS = 1_000_000;

/**
 * Stamps for log lines, in microseconds since 1970. Each is later than the one before, so that they also say the order;
 * only when somebody sets the clock back by more than a second do they follow it.
 */
export class Stamps {
  readonly #wallClock: () => number;
  #last = 0;

  /** @param wallClock The date in milliseconds since 1970. */
  constructor(wallClock: () => number) {
    this.#wallClock = wallClock;
  }

  /** The last stamp that was given. */
  get last(): number {
    return this.#last;
  }

  next(): number {
    const now = Math.floor(this.#wallClock() * 1_000);
    this.#last = now > this.#last || this.#last - now > SLACK_MICROS ? now : this.#last + 1;
    return this.#last;
  }
}
