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

/**
 * Numbers, each once, of which the least is taken first. Those that come in order, or in reverse order, as they mostly do,
 * cost a step each; only others are sorted, in a heap.
 */
export class Queue {
  /** Ascending, from `#head` on. */
  readonly #rising: number[] = [];
  #head = 0;
  /** Descending: the last is the least. */
  readonly #falling: number[] = [];
  readonly #heap: number[] = [];

  get isEmpty(): boolean {
    return this.#head === this.#rising.length && this.#falling.length === 0 && this.#heap.length === 0;
  }

  /** A number that is there already may be kept twice, but is taken once. */
  add(number: number): void {
    const [rising, falling] = [this.#rising, this.#falling];
    const last = this.#head === rising.length ? -Infinity : rising[rising.length - 1]!;
    if (number === last) return;
    if (number > last) {
      rising.push(number);
      return;
    }
    const first = falling.length === 0 ? Infinity : falling[falling.length - 1]!;
    if (number < first) falling.push(number);
    else if (number > first && number !== this.#heap[0]) pushed(this.#heap, number);
  }

  take(): number | undefined {
    const least = this.#takeOne();
    if (least !== undefined) while (this.#least === least) this.#takeOne();
    return least;
  }

  get #least(): number | undefined {
    if (this.isEmpty) return undefined;
    return Math.min(
      this.#rising[this.#head] ?? Infinity,
      this.#falling.at(-1) ?? Infinity,
      this.#heap[0] ?? Infinity,
    );
  }

  #takeOne(): number | undefined {
    const least = this.#least;
    if (least === undefined) return undefined;
    if (this.#falling.at(-1) === least) this.#falling.pop();
    else if (this.#heap[0] === least) takeLeast(this.#heap);
    else {
      this.#head += 1;
      if (this.#head === this.#rising.length) this.#head = this.#rising.length = 0;
    }
    return least;
  }
}

function pushed(heap: number[], number: number): void {
  let at = heap.length;
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (heap[above]! <= number) break;
    heap[at] = heap[above]!;
    at = above;
  }
  heap[at] = number;
}

function takeLeast(heap: number[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
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
}
