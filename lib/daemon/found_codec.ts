/** Findings on the disk, on their way from one process to another. */
import type { Found } from "./found.ts";

/** As JSON can carry it. */
export type EncodedFound = readonly {
  readonly key: string;
  readonly bytes?: string;
  readonly seen?: unknown;
}[];

/** For another process. */
export function encodeFound(found: Found): EncodedFound {
  return [...found].map(([key, seen]) =>
    seen instanceof Uint8Array ? { key, bytes: seen.toBase64() } : { key, seen }
  );
}

/** The same again. */
export function decodeFound(looks: EncodedFound): Found {
  return new Map(
    looks.map(({ key, bytes, seen }) => [key, bytes === undefined ? seen : Uint8Array.fromBase64(bytes)]),
  );
}
