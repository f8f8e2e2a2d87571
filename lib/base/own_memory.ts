/**
 * Byte arrays whose memory nobody else uses, and which their maker does not look at any more once they are handed on: their
 * receiver may write to the bytes before it, take the memory as a whole, or give it back when the bytes have gone out. A
 * WeakSet remembers them, because nothing about the array itself tells.
 *
 * Memory that was given back serves again: memory in the cache costs a fraction of new memory, which the system has to map,
 * clear and take back.
 */
const own = new WeakSet<Uint8Array>();

/** Kept of what was given back; the last that came is the first to go. */
const SPARE_BYTES = 1_024 * 1_024;
/** Shorter memory costs less than to keep it. */
const SHORTEST_SPARE_BYTES = 8 * 1_024;

const spare: ArrayBuffer[] = [];
let spareBytes = 0;

/** Says that it is one of those. */
export function giveAway(bytes: Uint8Array): Uint8Array {
  own.add(bytes);
  return bytes;
}

export function isGivenAway(bytes: Uint8Array): boolean {
  return own.has(bytes);
}

/** Memory for so many bytes at least, and less than twice as many. There may be anything in it. */
export function takeMemory(bytes: number): ArrayBuffer {
  const last = spare.at(-1);
  if (last === undefined || last.byteLength < bytes || last.byteLength >= 2 * bytes) {
    return new ArrayBuffer(bytes);
  }
  spare.pop();
  spareBytes -= last.byteLength;
  return last;
}

/** Takes back bytes that have been written out; does nothing if they were not given away. */
export function giveBack(bytes: Uint8Array): void {
  if (bytes.length < SHORTEST_SPARE_BYTES || !own.delete(bytes)) return;
  const memory = bytes.buffer as ArrayBuffer;
  if (memory.byteLength > SPARE_BYTES) return;
  while (spareBytes + memory.byteLength > SPARE_BYTES) spareBytes -= spare.shift()!.byteLength;
  spare.push(memory);
  spareBytes += memory.byteLength;
}
