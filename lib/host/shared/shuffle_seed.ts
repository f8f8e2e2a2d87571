import { randomSeed } from "./random_seed.ts";

/** The seed of the order of a test run: the environment variable SHUFFLE_SEED, or chance. */
export function shuffleSeed(): number {
  const asked = Number(process.env["SHUFFLE_SEED"]);
  return Number.isInteger(asked) && process.env["SHUFFLE_SEED"] !== undefined ? asked : randomSeed();
}
