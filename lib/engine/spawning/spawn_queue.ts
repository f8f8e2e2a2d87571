/**
 * Where starts wait for their turn. Making a process keeps the whole program from anything else for a while, so only some are
 * made in one turn of the event loop; between them ends, probes and clients are seen to. Trees take turns, and in each of
 * them what starts again does not wait behind what starts for the first time.
 *
 * No time in this queue counts for an actor: its limits begin with its process. Neither does it count for an actor that the
 * machine has no room for a process, of whatever it is short: that is tried again after a pause of all, and told once.
 */
import type { NodeId } from "../../config/plan.ts";
import { after, type Instant } from "../../base/instant.ts";
import type { UserError } from "../../base/user_error.ts";
import type { Clock } from "../../scope/clock.ts";
import { park, type Parked } from "../../scope/park.ts";
import { FairQueue } from "./fair_queue.ts";

/**
 * How many are begun in one turn of the event loop, which takes some milliseconds for each on a busy machine: clients wait for
 * twice as long with twice as many. One at a time takes a tenth more of the processor's time, and more than four take no less.
 */
const MOST_PER_TURN = 4;

/** How many of a tree are under way at a time: some have a program of ours before their own, or another process start them. */
const MOST_UNDER_WAY = 8;

/** How long nothing is tried after the machine had no room for a process. */
const PAUSE_MS = 1_000;

/** After how long without room nobody is to be kept waiting for it. */
const LASTING_MS = 5_000;

/** Told why there is no room for a process; it is tried again. @param isLasting Whether that has been so for long. */
export type OnLack = (lack: UserError, isLasting: boolean) => void;

/** A start that waits. */
interface Waiting {
  readonly onLack: OnLack;
  readonly parked: Parked<void>;
}

/** A lack of room on the machine. */
interface Shortage {
  readonly lack: UserError;
  readonly since: Instant;
  /** Whether all that wait were told that it lasts. */
  isLasting: boolean;
}

/** See the module. */
export class SpawnQueue {
  readonly #clock: Clock;
  readonly #onShortage: (lack: UserError) => void;
  readonly #queue = new FairQueue<Waiting>(MOST_UNDER_WAY);
  readonly #waiting = new Set<Waiting>();
  /** How many have been begun in this turn of the loop. */
  #begun = 0;
  #shortage: Shortage | null = null;
  #isPaused = false;

  /** @param onShortage Told once of each shortage: it lasts until all that have waited were started. */
  constructor(clock: Clock, onShortage: (lack: UserError) => void) {
    this.#clock = clock;
    this.#onShortage = onShortage;
  }

  /**
   * Starts something of a tree when its turn has come, and again after a pause if the machine has no room for it. A cancel
   * takes it out of the queue.
   *
   * @param isFirst Whether it starts for the first time.
   * @throws Whatever `start` throws, but for a {@linkcode SpawnLack}.
   */
  async inTurn<T>(
    tree: NodeId,
    isFirst: boolean,
    start: () => Promise<T>,
    onLack: OnLack = () => {},
  ): Promise<T> {
    const lane = `${isFirst ? "first" : "again"} ${tree}`;
    for (;;) {
      await this.#turnOf(lane, onLack);
      try {
        const started = await start();
        if (this.#waiting.size === 0) this.#shortage = null;
        return started;
      } catch (error) {
        if (!(error instanceof SpawnLack)) throw error;
        this.#lacks(error.lack, onLack);
      } finally {
        this.#queue.done(lane);
        this.#begin();
      }
    }
  }

  async #turnOf(lane: string, onLack: OnLack): Promise<void> {
    let waiting: Waiting | null = null;
    try {
      await park<void>("its turn to be spawned", (parked) => {
        const one = waiting = { onLack, parked };
        parked.onAbort = () => this.#queue.remove(lane, one);
        this.#waiting.add(one);
        this.#queue.add(lane, one);
        if (this.#shortage?.isLasting === true) {
          onLack(this.#shortage.lack, true);
        }
        this.#begin();
      });
    } finally {
      if (waiting !== null) this.#waiting.delete(waiting);
    }
  }

  #lacks(lack: UserError, onLack: OnLack): void {
    const now = this.#clock.now();
    if (this.#shortage === null) {
      this.#shortage = { lack, since: now, isLasting: false };
      this.#onShortage(lack);
    }
    const shortage = this.#shortage;
    if (!shortage.isLasting && now - shortage.since >= LASTING_MS) {
      shortage.isLasting = true;
      for (const other of this.#waiting) other.onLack(lack, true);
    }
    onLack(lack, shortage.isLasting);
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#clock.schedule(after(now, PAUSE_MS), () => {
      this.#isPaused = false;
      this.#begin();
    });
  }

  #begin(): void {
    while (!this.#isPaused && this.#begun < MOST_PER_TURN) {
      const next = this.#queue.take();
      if (next === null) return;
      if (this.#begun++ === 0) this.#clock.turn(() => this.#goOn());
      next.item.parked.wake();
    }
  }

  #goOn(): void {
    this.#begun = 0;
    this.#begin();
  }
}

/** The machine has no room for a process, which is not the fault of the actor. */
export class SpawnLack extends Error {
  override readonly name = "SpawnLack";
  readonly lack: UserError;

  constructor(lack: UserError) {
    super(lack.message);
    this.lack = lack;
  }
}
