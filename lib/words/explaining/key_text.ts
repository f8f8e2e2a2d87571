import { baseName } from "../../base/posix_path.ts";

/** A key that a file sets for a node, and where. */
interface KeyOfFile {
  readonly path: string;
  readonly key: string;
  readonly file: string;
  readonly line: number;
}

/** Where the file says what a key of a node is, such as `supervise.toml:12`; null if it does not, undefined if that is not known. */
export type PlaceOf = (path: string, key: string) => string | null | undefined;

/** The places of the keys that an explanation goes by, each by the name of its file and its line. */
export function placesIn({ keys }: { readonly keys: readonly KeyOfFile[] }): PlaceOf {
  return (path, key) => {
    const found = keys.find((one) => one.path === path && one.key === key);
    return found === undefined ? null : `${baseName(found.file)}:${found.line}`;
  };
}

/** The key that says so: its place in the file, or that nothing there does. @param keys The first that the file has counts. */
export function keyText(keys: readonly string[], path: string, placeOf: PlaceOf): string {
  if (keys.length === 0) return "";
  for (const key of keys) {
    const place = placeOf(path, key);
    if (place === undefined) return ` (${key})`;
    if (place !== null) return ` (${key}, ${place})`;
  }
  return ` (${keys.at(-1)} by default)`;
}
