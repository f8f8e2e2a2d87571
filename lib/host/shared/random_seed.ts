/** A number in [0, 2^32) that cannot be foretold. */
export function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
