/**
 * An array that is a value: a change gives another one, which shares all but a few small pieces with the first. Reading and
 * changing an item cost the depth of a tree of 32 branches, whatever the length.
 */
import type { Change } from "./draft.ts";

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
    return this.withAll([[index, item]]);
  }

  /** The same array but for some items, given in the order of their indexes. It costs what they are. */
  withAll(changes: readonly Change<T>[]): this {
    const { branch } = replaced(this.#root, this.#height, 0, changes, 0);
    return branch === this.#root ? this : new PersistentArray<T>(this.length, this.#height, branch) as this;
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

/** A branch, whose first item has the index `first`, after the changes from `at` on; `next` is the first that is behind it. */
function replaced<T>(
  branch: Branch,
  height: number,
  first: number,
  changes: readonly Change<T>[],
  at: number,
): { readonly branch: Branch; readonly next: number } {
  const width = 1 << (height * BITS);
  let copy: unknown[] | null = null;
  let next = at;
  while (next < changes.length && changes[next]![0] < first + WIDTH * width) {
    const [index, item] = changes[next]!;
    const place = Math.floor((index - first) / width);
    const before = branch[place];
    let after: unknown = item;
    if (height === 0) next += 1;
    else {({ branch: after, next } = replaced(
        before as Branch,
        height - 1,
        first + place * width,
        changes,
        next,
      ));}
    if (after !== before) (copy ??= branch.slice())[place] = after;
  }
  return { branch: copy ?? branch, next };
}

function compare(one: Branch, other: Branch, height: number, from: number, found: number[]): void {
  for (let at = 0; at < one.length; at++) {
    if (one[at] === other[at]) continue;
    const index = from + (at << (height * BITS));
    if (height === 0) found.push(index);
    else compare(one[at] as Branch, other[at] as Branch, height - 1, index, found);
  }
}
