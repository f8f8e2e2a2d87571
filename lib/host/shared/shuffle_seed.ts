import { randomSeed } from "./random_seed.ts";

/** What the order of a test run is drawn from: the environment variable SHUFFLE_SEED, or chance. */
export function shuffleSeed(): number {
  const asked = Number(process.env["SHUFFLE_SEED"]);
  return Number.isInteger(asked) && process.env["SHUFFLE_SEED"] !== undefined ? asked : randomSeed();
}
