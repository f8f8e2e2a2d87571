/**
 * A value that actors send each other, as JSON: a byte array or a buffer is base64 text, any other typed array a list, a date its
 * ISO 8601 text, a whole number beyond 2^53 decimal text, a set a list, a map a list of pairs. A value for which JSON has no word,
 * such as `undefined` and `NaN`, is null; a property that is undefined is left out.
 */
export function jsonValue(value: unknown): unknown {
  switch (typeof value) {
    case "undefined":
      return null;
    case "bigint":
      return value.toString();
    case "object":
      return value === null ? null : objectValue(value);
    default:
      return value;
  }
}

function objectValue(value: object): unknown {
  if (value instanceof Uint8Array) return base64(value);
  if (value instanceof ArrayBuffer) return base64(new Uint8Array(value));
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<unknown>, jsonValue);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Map) return [...value].map((pair) => pair.map(jsonValue));
  if (Array.isArray(value) || value instanceof Set) return Array.from(value as Iterable<unknown>, jsonValue);
  const known = Object.entries(value).filter(([, held]) => held !== undefined);
  return Object.fromEntries(known.map(([name, held]) => [name, jsonValue(held)]));
}

/** So many bytes at a time become arguments of one call. */
const CHUNK_BYTES = 8_192;

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK_BYTES));
  }
  return btoa(text);
}
