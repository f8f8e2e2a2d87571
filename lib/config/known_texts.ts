/**
 * Texts that are looked for in others. Those that stand in one are found at the cost of its length, however many there are:
 * a tree of thousands of actors may know as many secrets, and looks for them in all that it says.
 */
export class KnownTexts {
  readonly #shortest: number;
  /** By as much of their beginning as all of them have; the longest first. */
  readonly #byStart: ReadonlyMap<string, readonly string[]>;

  /** @param texts None of them shorter than `shortest`. */
  constructor(texts: Iterable<string>, shortest: number) {
    this.#shortest = shortest;
    const longestFirst = [...new Set(texts)].sort((a, b) => b.length - a.length);
    this.#byStart = Map.groupBy(longestFirst, (text) => text.slice(0, shortest));
  }

  /** All of them. */
  all(): readonly string[] {
    return [...this.#byStart.values()].flat();
  }

  /** Those that stand in a text, the longest first. */
  in(text: string): readonly string[] {
    if (this.#byStart.size === 0) return [];
    const found = new Set<string>();
    for (let at = 0; at + this.#shortest <= text.length; at++) {
      const candidates = this.#byStart.get(text.slice(at, at + this.#shortest)) ?? [];
      for (const known of candidates) if (text.startsWith(known, at)) found.add(known);
    }
    return [...found].sort((a, b) => b.length - a.length);
  }
}
