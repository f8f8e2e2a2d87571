/** Chance that can be had again: numbers that follow from a seed. */
import type { NumberRange } from "./number_range.ts";

/** The seeds that there are. */
export const SEEDS: NumberRange = { least: 0, most: 2 ** 32 - 1 };

/** A number in [0, 1) and the generator's next state. */
export interface Drawn {
  readonly value: number;
  readonly next: number;
}

/** Draws the next number (mulberry32), for those who keep the state themselves. */
export function draw(state: number): Drawn {
  const next = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(next ^ (next >>> 15), next | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return { value: ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32, next };
}

/** A source of numbers in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    const { value, next } = draw(state);
    state = next;
    return value;
  };
}
