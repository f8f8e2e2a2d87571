import { LinkedList, type ListNode } from "../base/linked_list.ts";
import { park, type Parked, parkShielded } from "../scope/park.ts";

/** Returned by a giver that has nothing to give yet. */
export const NOTHING = Symbol("nothing");

/** Gives something, or {@linkcode NOTHING}. An error that it throws ends the wait for it. */
export type Give<T> = () => T | typeof NOTHING;

interface Waiting extends ListNode<Waiting> {
  /** Null once it is over. */
  parked: Parked<unknown> | null;
  readonly give: Give<unknown>;
}

/**
 * Tasks that wait each for a condition of its own. The code that changes something has them looked at: each is handed its
 * value there and then, so that no task is woken in vain, or finds its value gone when it wakes.
 */
export class WaitList {
  readonly #waiting = new LinkedList<Waiting>();

  /**
   * Waits until there is something to be had; if it is there already it is a checkpoint all the same.
   *
   * @param what Names what is waited for, in listings of tasks.
   * @param give Called now and whenever something has changed, outside of the calling task. It must not end this wait.
   * @param isShielded Whether no cancel ends the wait, except one that makes shields count no more.
   * @throws What `give` throws.
   * @throws {Cancelled}
   */
  take<T>(what: string, give: Give<T>, isShielded = false): Promise<T> {
    return (isShielded ? parkShielded<T> : park<T>)(what, (parked) => {
      const given = give();
      if (given !== NOTHING) return parked.wake(given);
      const waiting: Waiting = { parked: parked as Parked<unknown>, give, previous: null, next: null };
      this.#waiting.add(waiting);
      parked.onAbort = () => this.#end(waiting);
    });
  }

  /** Waits until `isReady`, likewise. When it returns that may have changed again. */
  until(what: string, isReady: () => boolean): Promise<void> {
    return this.take<void>(what, () => isReady() ? undefined : NOTHING);
  }

  /** Something has changed: ends the waits that were for it. */
  look(): void {
    const { first, size } = this.#waiting;
    if (first === null) return;
    if (size === 1) return this.#serve(first);
    // A listener that is told of one wake may end other waits.
    for (const waiting of [...this.#waiting]) this.#serve(waiting);
  }

  #serve(waiting: Waiting): void {
    const { parked, give } = waiting;
    if (parked === null) return;
    try {
      const given = give();
      if (given === NOTHING) return;
      this.#end(waiting);
      parked.wake(given);
    } catch (error) {
      this.#end(waiting);
      parked.fail(error);
    }
  }

  #end(waiting: Waiting): void {
    if (waiting.parked === null) return;
    waiting.parked = null;
    this.#waiting.remove(waiting);
  }
}
