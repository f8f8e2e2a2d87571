import type { ByteSource } from "../host/ports/processes.ts";

/** Longer than anything that the processes of a tree ask of each other. */
const MOST_BYTES = 1_024 * 1_024;

/** The source, and its bound. */
export interface ReadToEndOptions {
  /** Whether what has come now is the last of it. @default Never: it is read to the end. */
  readonly isLast?: (bytes: Uint8Array) => boolean;
  /** @default A mebibyte. */
  readonly maxBytes?: number;
}

/** Reads text to its end. @returns What was said; empty if it is longer than `maxBytes`. */
export async function readToEnd(source: ByteSource, options: ReadToEndOptions = {}): Promise<string> {
  const { isLast = () => false, maxBytes = MOST_BYTES } = options;
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let length = 0;
  for (let bytes = await source.read(); bytes !== null; bytes = await source.read()) {
    length += bytes.length;
    if (length > maxBytes) return "";
    parts.push(decoder.decode(bytes, { stream: true }));
    if (isLast(bytes)) break;
  }
  return parts.join("");
}
