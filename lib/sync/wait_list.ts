import { type Link, LinkedList } from "../base/linked_list.ts";
import { park, type Parked, parkShielded } from "../scope/park.ts";

interface Waiting extends Link<Waiting> {
  readonly parked: Parked<void>;
  readonly isReady: () => boolean;
}

/**
 * Tasks that wait until something is as they want it. Whoever changes it has them looked at: what they want is asked for
 * there and then, so that a task is not woken in vain.
 */
export class WaitList {
  readonly #waiting = new LinkedList<Waiting>();

  /**
   * Waits until `isReady`; at once if so. Either way it is a checkpoint. When it returns that may have changed again, by what
   * another task does that was woken by the same change.
   *
   * @param what Names what is waited for, in listings of tasks.
   * @param isShielded Whether no cancel ends the wait, except one that makes shields count no more.
   * @throws {Cancelled}
   */
  until(what: string, isReady: () => boolean, isShielded = false): Promise<void> {
    return (isShielded ? parkShielded<void> : park<void>)(what, (parked) => {
      if (isReady()) return parked.wake();
      const waiting: Waiting = { parked, isReady, previous: null, next: null };
      this.#waiting.add(waiting);
      parked.onAbort = () => this.#waiting.remove(waiting);
    });
  }

  /** Something has changed: ends the waits that were for it. */
  look(): void {
    const ready: Parked<void>[] = [];
    for (let waiting = this.#waiting.first; waiting !== null;) {
      const { next, parked } = waiting;
      if (waiting.isReady()) {
        this.#waiting.remove(waiting);
        parked.onAbort = null;
        ready.push(parked);
      }
      waiting = next;
    }
    // An instrument that is told of one may cancel others.
    for (const parked of ready) parked.wake();
  }
}
