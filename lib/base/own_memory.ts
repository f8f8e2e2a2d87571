/**
 * Byte arrays whose memory nobody else uses, and which their maker does not look at any more once they are handed on: whoever
 * gets one may write to the bytes before it, or take the memory as a whole. Which these are cannot be seen of them.
 */
const own = new WeakSet<Uint8Array>();

/** Says that it is one of those. */
export function giveAway(bytes: Uint8Array): Uint8Array {
  own.add(bytes);
  return bytes;
}

export function isGivenAway(bytes: Uint8Array): boolean {
  return own.has(bytes);
}
