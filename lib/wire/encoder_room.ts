/** The room that an encoder of cbor-x writes into. */
import type { Encoder } from "cbor-x/encode";
import { giveAway } from "../base/own_memory.ts";
import { HEADROOM_BYTES } from "./message.ts";

/** Room beside the bytes that are known beforehand: if a message takes more, the encoder makes more room. */
const BESIDE_BYTES = 16 * 1_024;
/** The room of an encoder to begin with. */
const FIRST_BYTES = 8 * 1_024;

/** A method that the types of the package leave out. */
type Roomy = Encoder & { useBuffer(room: Uint8Array): void };

/**
 * Encodes a value with many bytes in it into room of its own. An encoder left to itself copies all that it has whenever it
 * needs more room, and then writes small values behind the large one: each of them keeps all that room alive.
 *
 * @returns Bytes that are given away.
 */
export function encodeInOwnRoom(encoder: Encoder, value: unknown, bytes: number): Uint8Array {
  const roomy = encoder as Roomy;
  const own = room(HEADROOM_BYTES + bytes + BESIDE_BYTES).subarray(HEADROOM_BYTES);
  roomy.useBuffer(own);
  try {
    const encoded = roomy.encode(value);
    return encoded.buffer === own.buffer ? giveAway(encoded) : encoded;
  } finally {
    roomy.useBuffer(room(FIRST_BYTES));
  }
}

/** A Buffer: the encoder writes texts by its methods. */
function room(bytes: number): Uint8Array {
  const { Buffer } = globalThis as unknown as { Buffer: { allocUnsafeSlow(bytes: number): Uint8Array } };
  return Buffer.allocUnsafeSlow(bytes);
}
