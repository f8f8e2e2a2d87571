import type { Instant } from "../../base/instant.ts";

/** The source of the date. */
export interface StampsOptions {
  /** The date in milliseconds since 1970. */
  readonly wallClock: () => number;
  /** Time that only passes. */
  readonly now: () => Instant;
}

/**
 * Stamps for log lines, in microseconds since 1970. Each is later than the one before, so that they also say the order: who
 * follows a log goes by them. When somebody sets the clock back they pass at half the pace until the date has caught up.
 */
export class Stamps {
  readonly #options: StampsOptions;
  #last = 0;
  #lastAt: Instant;

  constructor(options: StampsOptions) {
    this.#options = options;
    this.#lastAt = options.now();
  }

  /** The last stamp that was given. */
  get last(): number {
    return this.#last;
  }

  /** A stamp for a line that came together with the one of the last stamp. Cheap: no clock is asked. */
  following(): number {
    return ++this.#last;
  }

  next(): number {
    const at = this.#options.now();
    const date = Math.floor(this.#options.wallClock() * 1_000);
    const passed = Math.max(1, Math.floor((at - this.#lastAt) * 1_000 / 2));
    this.#last = date > this.#last ? date : this.#last + passed;
    this.#lastAt = at;
    return this.#last;
  }
}
