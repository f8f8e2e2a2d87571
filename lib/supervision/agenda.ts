/**
 * What is to be settled, by indexes of nodes: in passes, each in file order. What is added ahead of the place at which a
 * pass stands belongs to that pass, what is added behind it to the next.
 */
export class Agenda {
  #present = new Queue();
  #next = new Queue();
  /** The index that is being settled; before the first, between passes. */
  #at = -1;

  add(index: number): void {
    (index > this.#at ? this.#present : this.#next).add(index);
  }

  /** The next index of the pass; undefined ends it. */
  take(): number | undefined {
    const index = this.#present.take();
    if (index !== undefined) this.#at = index;
    return index;
  }

  /** Ends the pass: what is left of it belongs to the next. */
  breakOff(): void {
    for (let index = this.#present.take(); index !== undefined; index = this.#present.take()) {
      this.#next.add(index);
    }
    this.#at = Infinity;
  }

  /** Goes back to the first of the next pass. */
  rewind(): void {
    this.#at = -1;
    if (this.#present.isEmpty) [this.#present, this.#next] = [this.#next, this.#present];
  }

  /** Whether there is nothing in the pass. */
  get isEmpty(): boolean {
    return this.#present.isEmpty;
  }
}

/** Numbers, each once, of which the least is taken first. */
export class Queue {
  readonly #heap: number[] = [];
  readonly #known = new Set<number>();

  get isEmpty(): boolean {
    return this.#heap.length === 0;
  }

  add(number: number): void {
    if (this.#known.has(number)) return;
    this.#known.add(number);
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (heap[above]! <= number) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = number;
  }

  take(): number | undefined {
    const heap = this.#heap;
    const least = heap[0];
    if (least === undefined) return undefined;
    this.#known.delete(least);
    const last = heap.pop()!;
    if (heap.length === 0) return least;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && heap[below + 1]! < heap[below]!) below += 1;
      if (heap[below]! >= last) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
    return least;
  }
}
