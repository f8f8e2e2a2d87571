/** Fails as it is told to. */
export function fail(message: string): never {
  throw new RangeError(message);
}
