/** A lane: what waits in it, in order, and how much of it is under way. */
interface Lane<T> {
  readonly waiting: Set<T>;
  underWay: number;
}

/** An item whose turn has come. */
export interface Taken<T> {
  readonly lane: string;
  readonly item: T;
}

/**
 * A queue of several lanes that take turns: what waits in a short one waits for as many of the others as there are lanes,
 * however long those are. Of each lane only some are under way at a time, so that a lane in which nothing moves on holds up
 * no other. It waits for nothing and knows no time; everything costs the same whatever its size.
 */
export class FairQueue<T> {
  readonly #mostUnderWay: number;
  readonly #lanes = new Map<string, Lane<T>>();
  /** Those of which one more could be taken, in the order of their turns. */
  readonly #turns = new Set<string>();

  /** @param mostUnderWay Of each lane; at least 1. */
  constructor(mostUnderWay: number) {
    this.#mostUnderWay = mostUnderWay;
  }

  /** Adds an item at the end of a lane. */
  add(lane: string, item: T): void {
    let entry = this.#lanes.get(lane);
    if (entry === undefined) {
      this.#lanes.set(lane, entry = { waiting: new Set(), underWay: 0 });
    }
    entry.waiting.add(item);
    if (entry.underWay < this.#mostUnderWay) this.#turns.add(lane);
  }

  /** Takes an item out that waits; nothing if it does not wait in that lane. */
  remove(lane: string, item: T): void {
    const entry = this.#lanes.get(lane);
    if (entry?.waiting.delete(item) === true && entry.waiting.size === 0) {
      this.#emptied(lane, entry);
    }
  }

  /** Takes the item whose turn it is, which is under way from now on; null if there is none. */
  take(): Taken<T> | null {
    const [lane] = this.#turns;
    if (lane === undefined) return null;
    const entry = this.#lanes.get(lane)!;
    const item = entry.waiting.values().next().value!;
    entry.waiting.delete(item);
    entry.underWay += 1;
    // Behind all others.
    this.#turns.delete(lane);
    if (entry.waiting.size > 0 && entry.underWay < this.#mostUnderWay) {
      this.#turns.add(lane);
    }
    return { lane, item };
  }

  /** An item of a lane is under way no longer. */
  done(lane: string): void {
    const entry = this.#lanes.get(lane)!;
    entry.underWay -= 1;
    if (entry.waiting.size > 0) this.#turns.add(lane);
    else this.#emptied(lane, entry);
  }

  #emptied(lane: string, { underWay }: Lane<T>): void {
    this.#turns.delete(lane);
    if (underWay === 0) this.#lanes.delete(lane);
  }
}
