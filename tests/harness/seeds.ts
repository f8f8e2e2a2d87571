import process from "node:process";

/**
 * The seeds that a test tries: `SEEDS=n` says how many, `SEED=n` where they begin, and alone that it is one. What the seeds
 * play depends on no runtime, so that Deno goes on where Bun ends, and a run of all tests tries twice as many.
 */
export function seedsOf(usual: number): readonly number[] {
  const { SEED, SEEDS } = process.env;
  const count = Number(SEEDS ?? (SEED === undefined ? usual : 1));
  const first = Number(SEED ?? ("Deno" in globalThis ? 1 + count : 1));
  return Array.from({ length: count }, (_, index) => first + index);
}
