/** Chance of a round, which follows from its seed whatever the order of what draws from it. */
import { seeded } from "../../../lib/base/chance.ts";

/** A source of numbers in [0, 1). */
export type Chance = () => number;

/** Chance that follows from a number that was drawn. */
export function chanceOf(drawn: number): Chance {
  return seeded(Math.floor(drawn * 2 ** 32));
}

/** One of several. */
export function pick<T>(chance: Chance, items: readonly T[]): T {
  return items[Math.floor(chance() * items.length)]!;
}

/** A whole number from `least` to `most`. */
export function between(chance: Chance, least: number, most: number): number {
  return least + Math.floor(chance() * (most - least + 1));
}

/** What fails by chance. */
export class Mishap extends Error {
  override readonly name = "Mishap";
}
