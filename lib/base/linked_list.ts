/** An item of a {@linkcode LinkedList}; it can be in one at a time. */
export interface ListNode<T> {
  /** @internal */
  previous: T | null;
  /** @internal */
  next: T | null;
}

/** A list of items that carry the links themselves: adding and removing allocate nothing, and cost O(1). */
export class LinkedList<T extends ListNode<T>> {
  #first: T | null = null;
  #last: T | null = null;
  #size = 0;

  /** How many items it holds. */
  get size(): number {
    return this.#size;
  }

  /** Adds an item at the end. It MUST NOT be in a list. */
  add(item: T): void {
    item.previous = this.#last;
    if (this.#last === null) this.#first = item;
    else this.#last.next = item;
    this.#last = item;
    this.#size += 1;
  }

  /** Takes an item out. It MUST be in this list. */
  remove(item: T): void {
    if (item.previous === null) this.#first = item.next;
    else item.previous.next = item.next;
    if (item.next === null) this.#last = item.previous;
    else item.next.previous = item.previous;
    item.previous = null;
    item.next = null;
    this.#size -= 1;
  }

  /** The first item; null if there is none. */
  get first(): T | null {
    return this.#first;
  }

  /** The items in the order in which they were added. The present one may be removed meanwhile. */
  *[Symbol.iterator](): Iterator<T> {
    for (let item = this.#first; item !== null;) {
      const { next } = item;
      yield item;
      item = next;
    }
  }
}
