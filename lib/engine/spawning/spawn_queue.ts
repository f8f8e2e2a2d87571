/**
 * Where starts wait for their turn. Making a process keeps the whole program from anything else for a while, so only some are
 * made in one turn of the event loop; between them ends, probes and clients are seen to. Trees take turns, and in each of
 * them what starts again does not wait behind what starts for the first time.
 *
 * No time in this queue counts for an actor: its limits begin with its process.
 */
import type { NodeId } from "../../config/plan.ts";
import type { Clock } from "../../scope/clock.ts";
import { park, type Parked } from "../../scope/park.ts";
import { FairQueue } from "./fair_queue.ts";

/** How many are begun in one turn of the event loop; `bench/README.md` says what others would cost. */
const MOST_PER_TURN = 4;

/** How many of a tree are under way at a time: some have a program of ours before their own, or another process start them. */
const MOST_UNDER_WAY = 8;

/** See the module. */
export class SpawnQueue {
  readonly #clock: Pick<Clock, "turn">;
  readonly #queue = new FairQueue<Parked<void>>(MOST_UNDER_WAY);
  /** How many have been begun in this turn of the loop. */
  #begun = 0;

  constructor(clock: Pick<Clock, "turn">) {
    this.#clock = clock;
  }

  /**
   * Starts something of a tree when its turn has come. A cancel takes it out of the queue.
   *
   * @param isFirst Whether it starts for the first time.
   * @throws Whatever `start` throws.
   */
  async inTurn<T>(tree: NodeId, isFirst: boolean, start: () => Promise<T>): Promise<T> {
    const lane = `${isFirst ? "first" : "again"} ${tree}`;
    await park<void>("its turn to be spawned", (parked) => {
      parked.onAbort = () => this.#queue.remove(lane, parked);
      this.#queue.add(lane, parked);
      this.#begin();
    });
    try {
      return await start();
    } finally {
      this.#queue.done(lane);
      this.#begin();
    }
  }

  #begin(): void {
    while (this.#begun < MOST_PER_TURN) {
      const next = this.#queue.take();
      if (next === null) return;
      if (this.#begun++ === 0) this.#clock.turn(() => this.#goOn());
      next.item.wake();
    }
  }

  #goOn(): void {
    this.#begun = 0;
    this.#begin();
  }
}
