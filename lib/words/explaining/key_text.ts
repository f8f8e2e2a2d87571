/** Where the file says what a key of a node is, such as `supervise.toml:12`; null if it does not. */
export type PlaceOf = (path: string, key: string) => string | null;

/** The key that says so: its place in the file, or that nothing there does. @param keys The first that the file has counts. */
export function keyText(keys: readonly string[], path: string, placeOf: PlaceOf): string {
  if (keys.length === 0) return "";
  for (const key of keys) {
    const place = placeOf(path, key);
    if (place !== null) return ` (${key}, ${place})`;
  }
  return ` (${keys.at(-1)} by default)`;
}
