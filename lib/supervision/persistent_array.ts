/**
 * An array that is a value: a change gives another one, which shares all but a few small pieces with the first. Reading and
 * changing an item cost the depth of a tree of 32 branches, whatever the length.
 */
const BITS = 5;

/** How many items a piece holds. */
export const WIDTH = 1 << BITS;
const MASK = WIDTH - 1;

/** The items themselves at height 0, else pieces that are one lower. */
interface Piece {
  /** Changed by the draft alone that has made it. */
  readonly items: unknown[];
  /** The mark of that draft; null if none has made it. */
  readonly mark: object | null;
}

/** See the module. */
export class PersistentArray<T> implements Iterable<T> {
  readonly length: number;
  /** For drafts. */
  readonly root: Piece;
  readonly height: number;

  constructor(length: number, height: number, root: Piece) {
    this.length = length;
    this.height = height;
    this.root = root;
  }

  static from<T>(items: readonly T[]): PersistentArray<T> {
    let level: unknown[] = items.slice();
    let height = 0;
    for (; level.length > WIDTH; height++) level = inPieces(level);
    return new PersistentArray<T>(items.length, height, { items: level, mark: null });
  }

  /** The item at `index`, which must be one of the array. */
  at(index: number): T {
    return itemsAround(this.root, this.height, index)[index & MASK] as T;
  }

  /** The items of the piece that holds `index`: those from the last multiple of `WIDTH` on. */
  around(index: number): readonly T[] {
    return itemsAround(this.root, this.height, index) as readonly T[];
  }

  /** The indexes, in order, at which another array of this length has other items. It costs what is different. */
  differences(other: PersistentArray<T>): readonly number[] {
    const found: number[] = [];
    compare(this.root, other.root, this.height, 0, found);
    return found;
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }
}

/** An array in the making: a piece is copied when it is first changed, and changed in place until somebody has the whole. */
export class Draft<T> {
  #array: PersistentArray<T>;
  #root: Piece;
  /** Null while there is no piece that only this draft has. */
  #mark: object | null = null;

  constructor(array: PersistentArray<T>) {
    this.#array = array;
    this.#root = array.root;
  }

  /** See the array. */
  at(index: number): T {
    return itemsAround(this.#root, this.#array.height, index)[index & MASK] as T;
  }

  /** See the array. Good until the next change. */
  around(index: number): readonly T[] {
    return itemsAround(this.#root, this.#array.height, index) as readonly T[];
  }

  set(index: number, item: T): void {
    if (this.at(index) === item) return;
    this.#mark ??= {};
    this.#root = replaced(this.#root, this.#array.height, index, item, this.#mark);
  }

  /** The array as it is by now. */
  get whole(): PersistentArray<T> {
    const { length, height } = this.#array;
    if (this.#mark !== null) this.#array = new PersistentArray(length, height, this.#root);
    this.#mark = null;
    return this.#array;
  }
}

function inPieces(items: unknown[]): Piece[] {
  const pieces: Piece[] = [];
  for (let from = 0; from < items.length; from += WIDTH) {
    pieces.push({ items: items.slice(from, from + WIDTH), mark: null });
  }
  return pieces;
}

function itemsAround(root: Piece, height: number, index: number): readonly unknown[] {
  let { items } = root;
  for (let shift = height * BITS; shift > 0; shift -= BITS) {
    ({ items } = items[(index >> shift) & MASK] as Piece);
  }
  return items;
}

/** A piece with another item in it, or below it; the same piece if `mark` allows that. */
function replaced(piece: Piece, height: number, index: number, item: unknown, mark: object): Piece {
  const { items } = piece.mark === mark ? piece : { items: piece.items.slice() };
  const place = (index >> (height * BITS)) & MASK;
  items[place] = height === 0 ? item : replaced(items[place] as Piece, height - 1, index, item, mark);
  return piece.mark === mark ? piece : { items, mark };
}

function compare(one: Piece, other: Piece, height: number, from: number, found: number[]): void {
  for (let at = 0; at < one.items.length; at++) {
    if (one.items[at] === other.items[at]) continue;
    const index = from + (at << (height * BITS));
    if (height === 0) found.push(index);
    else compare(one.items[at] as Piece, other.items[at] as Piece, height - 1, index, found);
  }
}
