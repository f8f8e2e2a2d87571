/** Fails as it is told to. */
export function fail(message: string): never {
  throw new RangeError(message);
}

/** Says that the actor answers. */
export function answer(): boolean {
  return true;
}
