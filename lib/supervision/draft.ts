/** Something of each node, by index, that is a value. */
interface Base<T> {
  at(index: number): T;
  /** The same but for some, given in order. */
  withAll(changes: readonly Change<T>[]): this;
}

/** An index, and what is there from now on. */
export type Change<T> = readonly [index: number, item: T];

/** A value in the making: what is changed several times before anybody looks at the whole is written once. */
export class Draft<B extends Base<T>, T> {
  #base: B;
  readonly #changes = new Map<number, T>();

  constructor(base: B) {
    this.#base = base;
  }

  at(index: number): T {
    return this.#changes.get(index) ?? this.#base.at(index);
  }

  set(index: number, item: T): void {
    if (this.at(index) !== item) this.#changes.set(index, item);
  }

  /** The value as it is by now. */
  get whole(): B {
    if (this.#changes.size > 0) {
      this.#base = this.#base.withAll([...this.#changes].sort(([one], [other]) => one - other));
      this.#changes.clear();
    }
    return this.#base;
  }
}
