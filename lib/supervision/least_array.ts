/**
 * Numbers as a value, of which the least, and the first that is not above a bound, are found without looking at all. A
 * change gives another array, which shares all but a few small pieces with the first.
 */
import type { Change } from "./draft.ts";

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
    return this.withAll([[index, number]]);
  }

  /** The same array but for some numbers, given in the order of their indexes. It costs what they are. */
  withAll(changes: readonly Change<number>[]): this {
    const { branch } = replaced(this.#root, this.#height, 0, changes, 0);
    return branch === this.#root ? this : new LeastArray(this.length, this.#height, branch) as this;
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

/** A branch, whose first number has the index `from`, after the changes from `at` on; `next` is the first that is behind it. */
function replaced(
  branch: Branch,
  height: number,
  from: number,
  changes: readonly Change<number>[],
  at: number,
): { readonly branch: Branch; readonly next: number } {
  const width = 1 << (height * BITS);
  let items: (Branch | number)[] | null = null;
  let next = at;
  while (next < changes.length && changes[next]![0] < from + WIDTH * width) {
    const [index, number] = changes[next]!;
    const place = Math.floor((index - from) / width);
    const before = branch.items[place]!;
    let after: Branch | number = number;
    if (height === 0) next += 1;
    else {({ branch: after, next } = replaced(
        before as Branch,
        height - 1,
        from + place * width,
        changes,
        next,
      ));}
    if (after !== before) (items ??= branch.items.slice())[place] = after;
  }
  return { branch: items === null ? branch : branchOf(items), next };
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
