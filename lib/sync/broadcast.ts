/**
 * Values of one source for any number of receivers, each of which gets all of them.
 *
 * Invariants:
 * 1. The fastest receiver sets the pace: it pulls from the source, and nobody else slows it.
 * 2. The last values are kept. A receiver that fell behind them is told once by {@linkcode Lagged}, and goes on with the
 *    oldest that is kept.
 * 3. A receiver that is cancelled while it pulls hands the pulling over, and no value is lost.
 * 4. When the source ends, every receiver gets what is kept, and then the end; an error of the source likewise.
 */
import { CancelScope } from "../scope/cancel_scope.ts";
import { Cancelled } from "../scope/cancelled.ts";
import { checkpoint } from "../scope/park.ts";
import { ClosedResourceError } from "./channel_errors.ts";
import { nextOf } from "./next_of.ts";
import { WaitQueue } from "./wait_queue.ts";

/** A receiver has missed values, because it was slower than others by more than is kept. */
export class Lagged extends Error {
  override readonly name = "Lagged";
  /** How many values were missed. */
  readonly missed: number;

  /** @internal */
  constructor(missed: number) {
    super(`${missed} values were missed: the receiver was slower than others by more than is kept`);
    this.missed = missed;
  }
}

/** Where the values come from; a `ReceiveChannel` is one. */
export interface BroadcastSource<T> {
  /** The next value. @throws {EndOfChannel} After the last one. */
  receive(): Promise<T>;
}

/** See the module. */
export class Broadcast<T> {
  readonly #source: BroadcastSource<T>;
  readonly #capacity: number;
  readonly #kept: T[] = [];
  /** Number of the first value that is kept; values are numbered from 0. */
  #first = 0;
  #pulling = false;
  #failure: { readonly error: unknown } | null = null;
  readonly #waiting = new WaitQueue();

  /**
   * @param source Nobody else may receive from it.
   * @param capacity How many values are kept for slow receivers.
   * @throws {RangeError} If `capacity` is no whole number from 1.
   */
  constructor(source: BroadcastSource<T>, capacity: number) {
    if (!(Number.isInteger(capacity) && capacity >= 1)) {
      throw new RangeError(`Cannot keep ${capacity} values: write a whole number from 1`);
    }
    this.#source = source;
    this.#capacity = capacity;
  }

  /** A receiver that gets all values that come from now on. */
  subscribe(): BroadcastReceiver<T> {
    return new BroadcastReceiver(this, this.#first + this.#kept.length);
  }

  /** @internal The value with a number, when it has come. */
  async valueAt(cursor: Cursor): Promise<T> {
    while (true) {
      if (cursor.closed) throw new ClosedResourceError("This receiver is closed");
      if (cursor.next < this.#first) {
        const missed = this.#first - cursor.next;
        cursor.next = this.#first;
        throw new Lagged(missed);
      }
      const index = cursor.next - this.#first;
      if (index < this.#kept.length) {
        cursor.next += 1;
        return this.#kept[index]!;
      }
      if (this.#failure !== null) throw this.#failure.error;
      if (this.#pulling) await this.#waiting.wait("broadcast");
      else await this.#pull(cursor);
    }
  }

  /** @internal Ends the wait of a receiver that was closed. */
  closed(cursor: Cursor): void {
    cursor.closed = true;
    cursor.pull?.cancel("the receiver was closed");
    this.#waiting.wakeAll();
  }

  async #pull(cursor: Cursor): Promise<void> {
    this.#pulling = true;
    cursor.pull = new CancelScope();
    try {
      await cursor.pull.run(async () => this.#keep(await this.#source.receive()));
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      this.#failure = { error };
    } finally {
      cursor.pull = null;
      this.#pulling = false;
      // Each waiting task looks for itself: at the value, at the end, or whether it is the one to pull now.
      this.#waiting.wakeAll();
    }
  }

  #keep(value: T): void {
    this.#kept.push(value);
    if (this.#kept.length <= this.#capacity) return;
    this.#kept.shift();
    this.#first += 1;
  }
}

/** Where a receiver stands. */
interface Cursor {
  /** Number of the value that it gets next. */
  next: number;
  closed: boolean;
  /** Its pulling, while it pulls. */
  pull: CancelScope | null;
}

/** One receiver of a {@linkcode Broadcast}. */
export class BroadcastReceiver<T> {
  readonly #broadcast: Broadcast<T>;
  readonly #cursor: Cursor;

  /** @internal */
  constructor(broadcast: Broadcast<T>, next: number) {
    this.#broadcast = broadcast;
    this.#cursor = { next, closed: false, pull: null };
  }

  /**
   * Waits for the next value.
   *
   * @throws {Lagged} If values were missed; the next call goes on with the oldest that is kept.
   * @throws {EndOfChannel} If the source has ended and nothing is left.
   * @throws {ClosedResourceError} If this receiver is closed.
   * @throws {Cancelled} Then no value is lost.
   */
  async receive(): Promise<T> {
    await checkpoint();
    return await this.#broadcast.valueAt(this.#cursor);
  }

  /** Another receiver, which gets all values that this one has not got yet. */
  clone(): BroadcastReceiver<T> {
    if (this.#cursor.closed) throw new ClosedResourceError("This receiver is closed");
    return new BroadcastReceiver(this.#broadcast, this.#cursor.next);
  }

  /** Closes this receiver; the others and the source go on. Idempotent. */
  close(): void {
    this.#broadcast.closed(this.#cursor);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Receives until the end of the source. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return { next: () => nextOf(this) };
  }
}
