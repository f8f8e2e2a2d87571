/**
 * A priority queue of callbacks by instant, the part that a real and a virtual clock share. Timers of one instant come
 * out in the order in which they went in.
 *
 * A binary heap in which revoked timers stay until they surface, so that adding and revoking cost O(log n) and O(1).
 */
import { type Instant, NEVER } from "./instant.ts";

/** A callback in the queue. */
export interface Timer {
  readonly at: Instant;
  readonly order: number;
  /** Null once it was taken out or revoked. */
  callback: (() => void) | null;
}

/** See the module. */
export class TimerQueue {
  readonly #heap: Timer[] = [];
  #order = 0;
  #revoked = 0;

  /** Adds a callback. */
  add(at: Instant, callback: () => void): Timer {
    const timer: Timer = { at, order: this.#order++, callback };
    this.#heap.push(timer);
    this.#siftUp(this.#heap.length - 1);
    return timer;
  }

  /** Takes a callback out again; nothing if it has been called. */
  revoke(timer: Timer): void {
    if (timer.callback === null) return;
    timer.callback = null;
    this.#revoked += 1;
    if (this.#revoked > 64 && this.#revoked > this.#heap.length / 2) this.#compact();
  }

  /** When the next callback is due; `NEVER` if there is none. */
  next(): Instant {
    this.#dropRevoked();
    return this.#heap[0]?.at ?? NEVER;
  }

  /** Takes out the callback that is due at `now`, or null if none is. */
  takeDue(now: Instant): (() => void) | null {
    if (this.next() > now) return null;
    const timer = this.#pop();
    const callback = timer.callback;
    timer.callback = null;
    return callback;
  }

  #dropRevoked(): void {
    while (this.#heap.length > 0 && this.#heap[0]!.callback === null) {
      this.#pop();
      this.#revoked -= 1;
    }
  }

  #compact(): void {
    const live = this.#heap.filter((timer) => timer.callback !== null).sort(compare);
    this.#heap.splice(0, this.#heap.length, ...live);
    this.#revoked = 0;
  }

  #pop(): Timer {
    const top = this.#heap[0]!;
    const last = this.#heap.pop()!;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#siftDown(0);
    }
    return top;
  }

  // In both the moving timer is held in hand, and put down once: with 100,000 timers this is where the time goes.
  #siftUp(start: number): void {
    const heap = this.#heap;
    const timer = heap[start]!;
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (compare(heap[parent]!, timer) <= 0) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = timer;
  }

  #siftDown(start: number): void {
    const heap = this.#heap;
    const timer = heap[start]!;
    let index = start;
    for (let child = 2 * index + 1; child < heap.length; child = 2 * index + 1) {
      const right = child + 1;
      if (right < heap.length && compare(heap[right]!, heap[child]!) < 0) child = right;
      if (compare(timer, heap[child]!) <= 0) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = timer;
  }
}

function compare(a: Timer, b: Timer): number {
  return a.at - b.at || a.order - b.order;
}
