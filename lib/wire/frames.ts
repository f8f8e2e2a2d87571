/**
 * Frames on a connection: four bytes of length, the highest first, then one CBOR item. Bytes in, values out; no I/O.
 */
import { Decoder } from "cbor-x/decode";
import { Encoder } from "cbor-x/encode";
import { concatBytes } from "../base/bytes.ts";
import { messageOf } from "../base/user_error.ts";
import { type CborLimits, checkCbor } from "./cbor_check.ts";

/** What a frame may be. */
export interface FrameLimits extends CborLimits {
  readonly maxBytes: number;
}

/** The other side broke the rules: nothing that follows on its connection can be trusted. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

const HEADER_BYTES = 4;

// Plain maps and byte strings, so that any CBOR library on the other side understands them.
const options = { useRecords: false, mapsAsObjects: true, tagUint8Array: false, variableMapSize: true };
const encoder = new Encoder(options);
const decoder = new Decoder(options);

/** The bytes of a frame with `value`: what JSON can say, and byte arrays. */
export function encodeFrame(value: unknown): Uint8Array {
  const payload = encoder.encode(value);
  const frame = new Uint8Array(HEADER_BYTES + payload.length);
  new DataView(frame.buffer).setUint32(0, payload.length);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

/** Makes values of the bytes of one connection, however they come. */
export class FrameDecoder {
  readonly #limits: FrameLimits;
  #parts: Uint8Array[] = [];
  #length = 0;
  /** How many bytes the frame that is coming in takes; null before its header is there. */
  #awaited: number | null = null;

  constructor(limits: FrameLimits) {
    this.#limits = limits;
  }

  /** Whether the connection is in the middle of a frame: an end now is a truncation. */
  get isInside(): boolean {
    return this.#length > 0;
  }

  /**
   * Takes more bytes and gives the values of the frames that they complete.
   *
   * @throws {FrameError} If they are no frames within the limits.
   */
  push(bytes: Uint8Array): readonly unknown[] {
    const values: unknown[] = [];
    this.#parts.push(bytes);
    this.#length += bytes.length;
    while (this.#length >= (this.#awaited ?? HEADER_BYTES)) {
      if (this.#awaited === null) this.#awaited = this.#readLength();
      else values.push(this.#readValue(this.#awaited));
    }
    return values;
  }

  #readLength(): number {
    const header = this.#take(HEADER_BYTES);
    const length = new DataView(header.buffer, header.byteOffset).getUint32(0);
    if (length > this.#limits.maxBytes) {
      throw new FrameError(`A frame of ${length} bytes; at most ${this.#limits.maxBytes} are allowed`);
    }
    return length;
  }

  #readValue(length: number): unknown {
    const payload = this.#take(length);
    this.#awaited = null;
    const wrong = checkCbor(payload, this.#limits);
    if (wrong !== null) throw new FrameError(`A frame that cannot be read: it holds ${wrong}`);
    try {
      return decoder.decode(payload);
    } catch (error) {
      throw new FrameError(`A frame that cannot be read: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Takes the first `length` bytes out. */
  #take(length: number): Uint8Array {
    const whole = concatBytes(this.#parts);
    this.#parts = length < whole.length ? [whole.subarray(length)] : [];
    this.#length -= length;
    return whole.slice(0, length);
  }
}
