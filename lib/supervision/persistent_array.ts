/**
 * An array that is a value: a change gives another one, which shares all but a few small pieces with the first. Reading and
 * changing an item cost the depth of a tree of 32 branches, whatever the length.
 */
const BITS = 5;
const WIDTH = 1 << BITS;
const MASK = WIDTH - 1;

/** The items themselves at height 0, else branches that are one lower. */
type Branch = readonly unknown[];

/** See the module. */
export class PersistentArray<T> implements Iterable<T> {
  readonly length: number;
  readonly #height: number;
  readonly #root: Branch;

  private constructor(length: number, height: number, root: Branch) {
    this.length = length;
    this.#height = height;
    this.#root = root;
  }

  static from<T>(items: readonly T[]): PersistentArray<T> {
    let level: Branch = items;
    let height = 0;
    for (; level.length > WIDTH; height++) level = inPieces(level);
    return new PersistentArray<T>(items.length, height, level);
  }

  /** The item at `index`, which must be one of the array. */
  at(index: number): T {
    let branch = this.#root;
    for (let shift = this.#height * BITS; shift > 0; shift -= BITS) {
      branch = branch[(index >> shift) & MASK] as Branch;
    }
    return branch[index & MASK] as T;
  }

  /** The same array but for one item. */
  with(index: number, item: T): PersistentArray<T> {
    if (this.at(index) === item) return this;
    return new PersistentArray<T>(this.length, this.#height, replaced(this.#root, this.#height, index, item));
  }

  /** The indexes, in order, at which another array of this length has other items. It costs what is different. */
  differences(other: PersistentArray<T>): readonly number[] {
    const found: number[] = [];
    compare(this.#root, other.#root, this.#height, 0, found);
    return found;
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }
}

function inPieces(items: Branch): Branch {
  const pieces: Branch[] = [];
  for (let from = 0; from < items.length; from += WIDTH) pieces.push(items.slice(from, from + WIDTH));
  return pieces;
}

function replaced(branch: Branch, height: number, index: number, item: unknown): Branch {
  const copy = branch.slice();
  const at = (index >> (height * BITS)) & MASK;
  copy[at] = height === 0 ? item : replaced(branch[at] as Branch, height - 1, index, item);
  return copy;
}

function compare(one: Branch, other: Branch, height: number, from: number, found: number[]): void {
  for (let at = 0; at < one.length; at++) {
    if (one[at] === other[at]) continue;
    const index = from + (at << (height * BITS));
    if (height === 0) found.push(index);
    else compare(one[at] as Branch, other[at] as Branch, height - 1, index, found);
  }
}
