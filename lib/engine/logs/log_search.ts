/** Finds a place in a log by stamp, without reading all of it. */
import type { ReadFile } from "../../host/ports/files.ts";
import type { LineDecoder } from "./line_decoder.ts";

const BLOCK_BYTES = 64 * 1_024;

/**
 * A place in a file before which all lines have stamps up to `after`, possibly within a line. Halves the file as long as that
 * saves reading.
 */
export async function offsetAfter(file: ReadFile, decode: LineDecoder, after: number): Promise<number> {
  let low = 0;
  let high = await file.size();
  while (high - low > 2 * BLOCK_BYTES) {
    const middle = Math.floor((low + high) / 2);
    const at = await stampIn(file, decode, middle);
    if (at === null) return low;
    if (at <= after) low = middle;
    else high = middle;
  }
  return low;
}

/** The stamp of the first line that begins in the block at `offset`; null if none does. */
async function stampIn(file: ReadFile, decode: LineDecoder, offset: number): Promise<number | null> {
  const text = new TextDecoder().decode(await file.read(offset, BLOCK_BYTES));
  const begin = text.indexOf("\n") + 1;
  const end = text.indexOf("\n", begin);
  return begin === 0 || end < 0 ? null : decode(text.slice(begin, end))?.at ?? null;
}
