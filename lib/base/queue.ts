/** A first-in, first-out queue: both ends cost O(1), where `Array.shift` costs O(n). */
export class Queue<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  /** How many items it holds. */
  get size(): number {
    return this.#items.length - this.#head;
  }

  /** Adds an item at the end. */
  push(item: T): void {
    this.#items.push(item);
  }

  /** The oldest item, which stays; undefined if there is none. */
  peek(): T | undefined {
    return this.#items[this.#head];
  }

  /** Takes the oldest item out; undefined if there is none. */
  shift(): T | undefined {
    if (this.#head === this.#items.length) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head > 1_024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Goes through what it holds, the oldest first; nothing may be taken out meanwhile. */
  *[Symbol.iterator](): Generator<T, void> {
    for (let at = this.#head; at < this.#items.length; at++) yield this.#items[at] as T;
  }

  /** Takes everything out. */
  clear(): void {
    this.#items = [];
    this.#head = 0;
  }
}
