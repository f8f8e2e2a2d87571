/**
 * Pieces that wait to be written to a socket of Bun, which keeps nothing itself. The first that is written in a tick of the runtime
 * goes out at once; what follows before the running code and all promises have come to a wait goes out together, because
 * each write costs as much as many messages.
 *
 * To be told of the end of every tick would cost as much as a small message. That a new tick has begun is known when something
 * has come in; where that is not what has begun it, the first goes out at its end, too.
 */
import { giveBack } from "../../base/own_memory.ts";
import { Queue } from "../../base/queue.ts";

/** More than a socket takes at once. */
const BATCH_BYTES = 256 * 1_024;

/** From this length on a piece goes out by itself: to copy it would cost more than a write. */
const LONG_BYTES = 16 * 1_024;

/** Batches are put together here, one after the other: what is in the cache already costs a fraction of other memory. */
const batch = new Uint8Array(BATCH_BYTES);

/** Bytes that wait, and who is told when they are on their way. */
interface Waiting {
  readonly bytes: Uint8Array;
  readonly settle: Settle | null;
}

/** How many ticks are known to have begun. */
let ticks = 0;

/** Something has come in: what is written now is the first in this tick. */
export function beginTick(): void {
  ticks += 1;
}

/** Told whether it has come to what was waited for; otherwise it never will. */
export type Settle = (isThere: boolean) => void;

/** See the module. */
export class WriteQueue {
  readonly #write: (bytes: Uint8Array) => number;
  readonly #onEmpty: () => void;
  readonly #waiting = new Queue<Waiting>();
  #bytes = 0;
  /** How much of the first has gone out. */
  #offset = 0;
  /** Whether the system has no room: it tells when it has. */
  #isBlocked = false;
  /** The tick that was the last one to write something; none if that has ended. */
  #lastTick = -1;
  /** Whether what waits goes out at the end of the tick. */
  #isPutOff = false;

  /**
   * @param write Writes what the system takes, and says how much that was; fewer than none if it takes nothing any more.
   * @param onEmpty Called whenever nothing waits any more.
   */
  constructor(write: (bytes: Uint8Array) => number, onEmpty: () => void) {
    this.#write = write;
    this.#onEmpty = onEmpty;
  }

  /** How many bytes wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether more should be added before what waits is written. */
  get hasRoom(): boolean {
    return this.#bytes === 0 || (!this.#isBlocked && this.#bytes < BATCH_BYTES);
  }

  add(bytes: Uint8Array, settle: Settle | null): void {
    this.#waiting.push({ bytes, settle });
    this.#bytes += bytes.length;
  }

  /** Writes a piece, or what the system takes of it, if that is what goes out next, and now; false if not. */
  tryWrite(bytes: Uint8Array): boolean {
    if (this.#isBlocked || this.#isPutOff || this.#waiting.size > 0 || this.#lastTick === ticks) return false;
    this.#lastTick = ticks;
    const taken = this.#write(bytes);
    if (taken < 0) return true;
    if (taken === bytes.length) {
      giveBack(bytes);
      this.#onEmpty();
      return true;
    }
    this.add(bytes, null);
    this.#take(taken);
    this.#isBlocked = true;
    return true;
  }

  /** Writes what waits, now or at the end of the tick. */
  flush(): void {
    if (this.#isBlocked || this.#isPutOff) return;
    if (this.#lastTick !== ticks) {
      this.#lastTick = ticks;
      return this.flushNow();
    }
    this.#isPutOff = true;
    process.nextTick(() => {
      this.#isPutOff = false;
      this.#lastTick = -1;
      if (this.#waiting.size > 0 && !this.#isBlocked) this.flushNow();
    });
  }

  /** Writes what waits, as far as the system has room. */
  flushNow(): void {
    this.#isBlocked = false;
    while (this.#waiting.size > 0) {
      const next = this.#next();
      const taken = this.#write(next);
      if (taken < 0) return;
      this.#take(taken);
      if (taken < next.length) return void (this.#isBlocked = true);
    }
    this.#onEmpty();
  }

  /** Gives up what waits. */
  clear(): void {
    for (let one = this.#waiting.shift(); one !== undefined; one = this.#waiting.shift()) one.settle?.(false);
    this.#bytes = 0;
    this.#offset = 0;
  }

  /** The next bytes to write, in one piece; they stay as they are until the next call. */
  #next(): Uint8Array {
    const { bytes } = this.#waiting.peek()!;
    const first = this.#offset === 0 ? bytes : bytes.subarray(this.#offset);
    if (this.#waiting.size === 1 || first.length >= LONG_BYTES) return first;
    let filled = 0;
    for (const { bytes } of this.#waiting) {
      const piece = filled === 0 ? first : bytes;
      if (piece.length >= LONG_BYTES || filled + piece.length > BATCH_BYTES) break;
      batch.set(piece, filled);
      filled += piece.length;
    }
    return batch.subarray(0, filled);
  }

  #take(taken: number): void {
    this.#bytes -= taken;
    let left = taken + this.#offset;
    for (let first = this.#waiting.peek(); first !== undefined; first = this.#waiting.peek()) {
      if (first.bytes.length > left) break;
      left -= first.bytes.length;
      this.#waiting.shift();
      giveBack(first.bytes);
      first.settle?.(true);
    }
    this.#offset = left;
  }
}
