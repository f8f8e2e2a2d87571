/**
 * The nodes to settle, by their indexes: in passes, each in file order. A node that is added ahead of the place at which a
 * pass stands belongs to that pass, one behind it to the next.
 */
export class Agenda {
  #present = new Queue();
  /** Null while nothing was left for it. */
  #next: Queue | null = null;
  /** The index that is being settled; before the first, between passes. */
  #at = -1;

  add(index: number): void {
    if (index > this.#at) this.#present.add(index);
    else (this.#next ??= new Queue()).add(index);
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
      (this.#next ??= new Queue()).add(index);
    }
    this.#at = Infinity;
  }

  /** Goes back to the first of the next pass. */
  rewind(): void {
    this.#at = -1;
    if (this.#next === null || !this.#present.isEmpty) return;
    [this.#present, this.#next] = [this.#next, this.#present];
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
  /** Descending: the last is the least. Null while there never were any. */
  #falling: number[] | null = null;
  #heap: number[] | null = null;

  get isEmpty(): boolean {
    return this.#least === undefined;
  }

  /** A number that is there already may be kept twice, but is taken once. */
  add(number: number): void {
    const last = this.#rising.at(-1);
    if (number === last) return;
    if (last === undefined || number > last) {
      this.#rising.push(number);
      return;
    }
    const first = this.#falling?.at(-1);
    if (first === undefined || number < first) (this.#falling ??= []).push(number);
    else if (number !== first && number !== this.#heap?.[0]) pushed(this.#heap ??= [], number);
  }

  take(): number | undefined {
    const least = this.#least;
    if (least !== undefined) { while (this.#least === least) this.#drop(least); }
    return least;
  }

  get #least(): number | undefined {
    let least = this.#rising[this.#head];
    const falling = this.#falling?.at(-1);
    if (falling !== undefined && (least === undefined || falling < least)) least = falling;
    const heaped = this.#heap?.[0];
    return heaped !== undefined && (least === undefined || heaped < least) ? heaped : least;
  }

  #drop(least: number): void {
    if (this.#falling?.at(-1) === least) this.#falling.pop();
    else if (this.#heap?.[0] === least) takeLeast(this.#heap);
    else {
      this.#head += 1;
      if (this.#head === this.#rising.length) this.#head = this.#rising.length = 0;
    }
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
