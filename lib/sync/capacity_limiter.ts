import { currentFrame } from "../scope/ambient.ts";
import { park, type Parked } from "../scope/park.ts";
import { WouldBlock } from "./channel_errors.ts";

interface Waiting {
  readonly parked: Parked<void>;
  readonly borrower: unknown;
}

/**
 * Bounds how much happens at once: tokens that are borrowed, by a task or on behalf of anything else, and given back by the
 * same. Trio's `CapacityLimiter`.
 *
 * @example At most two at a time
 * ```ts
 * import { CapacityLimiter, openNursery, run, sleep } from "supervise";
 *
 * const limiter = new CapacityLimiter(2);
 * await run(() =>
 *   openNursery((nursery) => {
 *     for (let i = 0; i < 6; i++) nursery.startSoon(() => limiter.run(() => sleep(5)));
 *   })
 * );
 * ```
 */
export class CapacityLimiter {
  #total: number;
  readonly #borrowers = new Set<unknown>();
  readonly #waiting = new Map<unknown, Waiting>();

  /**
   * @param total Tokens that there are.
   * @throws {RangeError} If `total` is neither a whole number from 0 nor `Infinity`.
   */
  constructor(total: number) {
    this.#total = checkedTotal(total);
  }

  /** Tokens that there are; may be changed at any time, also to fewer than are borrowed. */
  get totalTokens(): number {
    return this.#total;
  }

  set totalTokens(total: number) {
    this.#total = checkedTotal(total);
    this.#serve();
  }

  get borrowedTokens(): number {
    return this.#borrowers.size;
  }

  get availableTokens(): number {
    return Math.max(0, this.#total - this.#borrowers.size);
  }

  /** How many wait for a token. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Waits for a token and borrows it for the calling task.
   *
   * @throws {TypeError} If the task has one or waits for one.
   * @throws {Cancelled} Then none was borrowed.
   */
  acquire(): Promise<void> {
    return this.acquireOnBehalfOf(currentFrame().task);
  }

  /** Waits for a token and borrows it for `borrower`, which may be anything; see {@linkcode acquire}. */
  acquireOnBehalfOf(borrower: unknown): Promise<void> {
    return park<void>("limiter", (parked) => {
      const refusal = this.#refusal(borrower);
      if (refusal !== null) return parked.fail(refusal);
      this.#waiting.set(borrower, { parked, borrower });
      parked.onAbort = () => this.#waiting.delete(borrower);
      this.#serve();
    });
  }

  /**
   * Borrows a token for `borrower` if one is free.
   *
   * @param borrower The calling task by default.
   * @throws {WouldBlock} If none is free.
   * @throws {TypeError} If the borrower has one or waits for one.
   */
  acquireNowait(borrower: unknown = currentFrame().task): void {
    const refusal = this.#refusal(borrower);
    if (refusal !== null) throw refusal;
    if (this.availableTokens === 0) throw new WouldBlock("No token of the limiter is free");
    this.#borrowers.add(borrower);
  }

  /**
   * Gives a token back.
   *
   * @param borrower The calling task by default.
   * @throws {TypeError} If the borrower has none.
   */
  release(borrower: unknown = currentFrame().task): void {
    if (!this.#borrowers.delete(borrower)) {
      throw new TypeError("Cannot give a token back: the borrower has none");
    }
    this.#serve();
  }

  /** Runs `body` while the calling task has a token. */
  async run<T>(body: () => T | Promise<T>): Promise<T> {
    const { task } = currentFrame();
    await this.acquireOnBehalfOf(task);
    try {
      return await body();
    } finally {
      this.release(task);
    }
  }

  #refusal(borrower: unknown): TypeError | null {
    if (!this.#borrowers.has(borrower) && !this.#waiting.has(borrower)) return null;
    return new TypeError(
      "Cannot borrow a token twice: give the first one back, or borrow for something else",
    );
  }

  #serve(): void {
    if (this.#waiting.size === 0) return;
    for (const { parked, borrower } of this.#waiting.values()) {
      if (this.availableTokens === 0) return;
      this.#waiting.delete(borrower);
      this.#borrowers.add(borrower);
      parked.wake();
    }
  }
}

function checkedTotal(total: number): number {
  if (total === Infinity || (Number.isInteger(total) && total >= 0)) return total;
  throw new RangeError(`Cannot limit to ${total} tokens: write a whole number from 0, or Infinity`);
}
