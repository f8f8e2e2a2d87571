/** Breaks data at random, for tests of what reads it: texts that are cut or garbled, and values with a part that is wrong. */
import { seeded } from "../../lib/base/chance.ts";
import { seedsOf } from "./seeds.ts";

/** A source of numbers in [0, 1). */
export type Random = () => number;

const JUNK: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1e300,
  2 ** 53,
  0.5,
  "",
  "never",
  "__proto__",
  "x".repeat(5_000),
  [],
  [null],
  {},
  { at: "up" },
  { pid: 0 },
  { kind: "tree" },
];

/** Runs `body` for each of many seeds (`SEEDS=n` for more), or for one alone (`SEED=n`); an error names its seed. */
export async function forSeeds(count: number, body: (random: Random) => unknown): Promise<void> {
  for (const seed of seedsOf(count)) {
    try {
      await body(seeded(seed));
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** One of several. */
export function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!;
}

/** A value in which one part is missing, or something else. */
export function damagedValue(random: Random, value: unknown): unknown {
  if (typeof value !== "object" || value === null || random() < 0.1) return pick(random, JUNK);
  const names = Object.keys(value);
  if (names.length === 0) return pick(random, JUNK);
  const name = pick(random, names);
  const parts = new Map(Object.entries(value));
  if (random() < 0.15) parts.delete(name);
  else parts.set(name, damagedValue(random, parts.get(name)));
  return Array.isArray(value) ? [...parts.values()] : Object.fromEntries(parts);
}

/** A text with pieces missing, doubled or replaced. */
export function damagedText(random: Random, text: string): string {
  const at = Math.floor(random() * text.length);
  const length = 1 + Math.floor(random() * 8);
  switch (Math.floor(random() * 5)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + text.slice(at + length);
    case 2:
      return text.slice(0, at) + pick(random, ["{", "}", "[", '"', "\\", "\0", "\ud800", "1e999", "\n"]) +
        text.slice(at);
    case 3:
      return text.slice(0, at) + "[".repeat(100_000) + text.slice(at);
    default:
      return text.slice(0, at) + text.slice(Math.max(0, at - length));
  }
}

/** Lines of JSON with some of them damaged, as texts or as values. */
export function damagedLines(random: Random, lines: readonly string[]): string {
  const damaged = lines.map((line) => {
    const dice = random();
    if (dice < 0.6) return line;
    return dice < 0.8 ? damagedText(random, line) : JSON.stringify(damagedValue(random, JSON.parse(line)));
  });
  return `${damaged.join("\n")}\n`;
}
