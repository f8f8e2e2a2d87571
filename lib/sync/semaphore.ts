import { WouldBlock } from "./channel_errors.ts";
import { WaitQueue } from "./wait_queue.ts";

/** A counter of permits that nobody owns. Trio's `Semaphore`; to bound how much happens at once, use a `CapacityLimiter`. */
export class Semaphore {
  #value: number;
  readonly #max: number;
  readonly #waiting = new WaitQueue();

  /**
   * @param initial Permits to begin with.
   * @param max The most that there may be.
   * @throws {RangeError} If `initial` is no whole number from 0 to `max`.
   */
  constructor(initial: number, max: number = Infinity) {
    if (!(Number.isInteger(initial) && initial >= 0 && initial <= max)) {
      throw new RangeError(
        `Cannot make a semaphore: it must begin with a whole number from 0 to ${max}, not ${initial}`,
      );
    }
    this.#value = initial;
    this.#max = max;
  }

  /** Permits that are free now. */
  get value(): number {
    return this.#value;
  }

  /** How many calls of `acquire` wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Waits for a permit and takes it.
   *
   * @throws {Cancelled} Then none was taken.
   */
  acquire(): Promise<void> {
    return this.#waiting.wait("semaphore", () => this.#take());
  }

  /**
   * Takes a permit if one is free.
   *
   * @throws {WouldBlock} If none is.
   */
  acquireNowait(): void {
    if (!this.#take()) throw new WouldBlock("No permit of the semaphore is free");
  }

  /**
   * Gives a permit to the task that has waited longest, or back if none waits.
   *
   * @throws {RangeError} If there would be more than the most that there may be.
   */
  release(): void {
    if (this.#waiting.wakeOne()) return;
    if (this.#value === this.#max) throw new RangeError(`Cannot release: all ${this.#max} permits are free`);
    this.#value += 1;
  }

  /** Runs `body` while holding a permit. */
  async run<T>(body: () => T | Promise<T>): Promise<T> {
    await this.acquire();
    try {
      return await body();
    } finally {
      this.release();
    }
  }

  #take(): boolean {
    if (this.#value === 0) return false;
    this.#value -= 1;
    return true;
  }
}
