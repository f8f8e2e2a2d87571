/** A write of so many bytes is more than a socket takes at once. */
const GATHER_BYTES = 256 * 1_024;

/** Used again and again: what is in memory already costs a fraction of what has to be fetched for it. */
const place = new Uint8Array(GATHER_BYTES);

/** Puts pieces together in one place. Each batch must be written, or copied, before the next is asked for. */
export function* gather(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  let filled = 0;
  for (const piece of pieces) {
    if (filled > 0 && filled + piece.length > GATHER_BYTES) {
      yield place.subarray(0, filled);
      filled = 0;
    }
    if (piece.length > GATHER_BYTES) {
      yield piece;
      continue;
    }
    place.set(piece, filled);
    filled += piece.length;
  }
  if (filled > 0) yield place.subarray(0, filled);
}
