import { currentFrame } from "../scope/ambient.ts";
import { Event } from "../sync/event.ts";

/** A place in the sequence will never be reached, because one before it was given up. */
export class BrokenSequence extends Error {
  override readonly name = "BrokenSequence";
}

/**
 * Makes blocks of several tasks run in the order of their numbers, from 0 on. Trio's `Sequencer`.
 *
 * @example Two tasks that take turns
 * ```ts
 * import { openNursery, testing } from "supervise";
 *
 * const order: string[] = [];
 * await testing.runVirtual(() =>
 *   openNursery((nursery) => {
 *     const sequencer = new testing.Sequencer();
 *     nursery.startSoon(() => sequencer.run(1, () => order.push("second")));
 *     nursery.startSoon(() => sequencer.run(0, () => order.push("first")));
 *   })
 * );
 * console.log(order); // [ "first", "second" ]
 * ```
 */
export class Sequencer {
  readonly #turns = new Map<number, Event>();
  readonly #claimed = new Set<number>();
  #broken = false;

  /**
   * Runs `body` when all blocks with smaller numbers have ended.
   *
   * @throws {TypeError} If a block has or had the number.
   * @throws {BrokenSequence} If an earlier block was cancelled while it waited.
   * @throws {Cancelled}
   */
  async run<T>(number: number, body: () => T | Promise<T>): Promise<T> {
    currentFrame();
    if (this.#claimed.has(number)) throw new TypeError(`Number ${number} of the sequence is taken already`);
    this.#claimed.add(number);
    if (number > 0) await this.#awaitTurn(number);
    try {
      return await body();
    } finally {
      this.#turn(number + 1).set();
    }
  }

  async #awaitTurn(number: number): Promise<void> {
    try {
      await this.#turn(number).wait();
    } catch (error) {
      this.#broken = true;
      for (const turn of this.#turns.values()) turn.set();
      throw error;
    }
    if (this.#broken) throw new BrokenSequence(`Number ${number} of the sequence will never be reached`);
  }

  #turn(number: number): Event {
    const turn = this.#turns.get(number) ?? new Event();
    if (this.#broken) turn.set();
    this.#turns.set(number, turn);
    return turn;
  }
}
