/**
 * Numbers as a value, of which the least, and the first that is not above a bound, are found without looking at all: above
 * the numbers stand the least of each piece of them, above those the least of each piece of these, and so on.
 */
import { Draft, PersistentArray, WIDTH } from "./persistent_array.ts";

/** See the module. */
export class LeastArray {
  readonly numbers: PersistentArray<number>;
  /** The least of each piece; null if there is but one. */
  readonly leasts: LeastArray | null;

  constructor(numbers: PersistentArray<number>, leasts: LeastArray | null) {
    this.numbers = numbers;
    this.leasts = leasts;
  }

  static from(numbers: readonly number[]): LeastArray {
    const array = PersistentArray.from(numbers);
    if (numbers.length <= WIDTH) return new LeastArray(array, null);
    const leasts = Array.from(
      { length: Math.ceil(numbers.length / WIDTH) },
      (_, piece) => leastOf(array.around(piece * WIDTH)),
    );
    return new LeastArray(array, LeastArray.from(leasts));
  }

  /** Infinity if there are none. */
  get least(): number {
    return this.leasts === null ? leastOf(this.numbers.around(0)) : this.leasts.least;
  }

  /** The number at `index`, which must be one of the array. */
  at(index: number): number {
    return this.numbers.at(index);
  }

  [Symbol.iterator](): IterableIterator<number> {
    return this.numbers[Symbol.iterator]();
  }
}

/** Such an array in the making. */
export class LeastDraft {
  #base: LeastArray;
  /** Null before the first change: most arrays of a state stay as they are in a step. */
  #draft: Draft<number> | null = null;
  #leasts: LeastDraft | null = null;

  constructor(base: LeastArray) {
    this.#base = base;
  }

  at(index: number): number {
    return this.#numbers.at(index);
  }

  set(index: number, number: number): void {
    const before = this.#numbers.at(index);
    if (before === number) return;
    this.#draft ??= new Draft(this.#base.numbers);
    this.#draft.set(index, number);
    if (this.#base.leasts === null) return;
    this.#leasts ??= new LeastDraft(this.#base.leasts);
    const piece = Math.floor(index / WIDTH);
    const least = this.#leasts.at(piece);
    if (number < least) this.#leasts.set(piece, number);
    else if (before === least) this.#leasts.set(piece, leastOf(this.#numbers.around(index)));
  }

  /** The first index from `from` on whose number is at most `bound`; -1 if there is none. */
  firstUpTo(bound: number, from = 0): number {
    const start = Math.max(0, from);
    if (start >= this.#base.numbers.length) return -1;
    const { leasts } = this.#base;
    if (leasts === null) return this.#firstInPiece(bound, start);
    if (start % WIDTH > 0) {
      const found = this.#firstInPiece(bound, start);
      if (found >= 0) return found;
    }
    this.#leasts ??= new LeastDraft(leasts);
    const piece = this.#leasts.firstUpTo(bound, Math.ceil(start / WIDTH));
    return piece < 0 ? -1 : this.#firstInPiece(bound, piece * WIDTH);
  }

  /** The array as it is by now. */
  get whole(): LeastArray {
    const numbers = this.#draft?.whole ?? this.#base.numbers;
    if (numbers !== this.#base.numbers) {
      this.#base = new LeastArray(numbers, this.#leasts === null ? this.#base.leasts : this.#leasts.whole);
    }
    return this.#base;
  }

  get #numbers(): Pick<PersistentArray<number>, "at" | "around"> {
    return this.#draft ?? this.#base.numbers;
  }

  #firstInPiece(bound: number, from: number): number {
    const items = this.#numbers.around(from);
    const start = from - from % WIDTH;
    for (let at = from - start; at < items.length; at++) if (items[at]! <= bound) return start + at;
    return -1;
  }
}

function leastOf(numbers: readonly number[]): number {
  let least = Infinity;
  for (const number of numbers) if (number < least) least = number;
  return least;
}
