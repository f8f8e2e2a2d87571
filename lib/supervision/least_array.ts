/**
 * Numbers as a value, of which the least, and the first that is not above a bound, are found without looking at all. A
 * change gives another array, which shares all but a few small pieces with the first.
 */
const BITS = 5;
const WIDTH = 1 << BITS;
const MASK = WIDTH - 1;

/** Numbers, or branches that are one lower, and the least of all that is below. */
interface Branch {
  readonly least: number;
  readonly items: readonly (Branch | number)[];
}

/** See the module. */
export class LeastArray {
  readonly length: number;
  readonly #height: number;
  readonly #root: Branch;

  private constructor(length: number, height: number, root: Branch) {
    this.length = length;
    this.#height = height;
    this.#root = root;
  }

  static from(numbers: readonly number[]): LeastArray {
    let level: readonly (Branch | number)[] = numbers;
    let height = 0;
    for (; level.length > WIDTH; height++) {
      const pieces: Branch[] = [];
      for (let from = 0; from < level.length; from += WIDTH) {
        pieces.push(branchOf(level.slice(from, from + WIDTH)));
      }
      level = pieces;
    }
    return new LeastArray(numbers.length, height, branchOf(level));
  }

  /** Infinity if there are none. */
  get least(): number {
    return this.#root.least;
  }

  /** The number at `index`, which must be one of the array. */
  at(index: number): number {
    let branch = this.#root;
    for (let shift = this.#height * BITS; shift > 0; shift -= BITS) {
      branch = branch.items[(index >> shift) & MASK] as Branch;
    }
    return branch.items[index & MASK] as number;
  }

  /** The same array but for one number. */
  with(index: number, number: number): LeastArray {
    if (this.at(index) === number) return this;
    return new LeastArray(this.length, this.#height, replaced(this.#root, this.#height, index, number));
  }

  /** The first index from `from` on whose number is at most `bound`; -1 if there is none. */
  firstUpTo(bound: number, from = 0): number {
    return first(this.#root, this.#height, from, bound);
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }
}

function branchOf(items: readonly (Branch | number)[]): Branch {
  let least = Infinity;
  for (const item of items) least = Math.min(least, leastOf(item));
  return { least, items };
}

function leastOf(item: Branch | number): number {
  return typeof item === "number" ? item : item.least;
}

function replaced(branch: Branch, height: number, index: number, number: number): Branch {
  const items = branch.items.slice();
  const at = (index >> (height * BITS)) & MASK;
  items[at] = height === 0 ? number : replaced(items[at] as Branch, height - 1, index, number);
  return branchOf(items);
}

function first(branch: Branch, height: number, from: number, bound: number): number {
  if (branch.least > bound) return -1;
  const width = 1 << (height * BITS);
  for (let at = Math.max(0, Math.floor(from / width)); at < branch.items.length; at++) {
    const item = branch.items[at]!;
    if (leastOf(item) > bound) continue;
    if (typeof item === "number") return at;
    const found = first(item, height - 1, from - at * width, bound);
    if (found >= 0) return found + at * width;
  }
  return -1;
}
