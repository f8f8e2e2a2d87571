/**
 * Frames on a connection: four bytes of length, the highest first, then one CBOR item. Bytes in, values out; no I/O.
 */
import { Decoder } from "cbor-x/decode";
import { Encoder } from "cbor-x/encode";
import { messageOf } from "../base/user_error.ts";
import { type CborLimits, checkCbor } from "./cbor_check.ts";
import { FrameError, FrameSplitter, HEADER_BYTES } from "./frame_splitter.ts";

/** Limits of a frame. */
export interface FrameLimits extends CborLimits {
  readonly maxBytes: number;
}

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
  readonly #splitter: FrameSplitter;

  constructor(limits: FrameLimits) {
    this.#limits = limits;
    this.#splitter = new FrameSplitter(limits.maxBytes);
  }

  /** Whether the connection is in the middle of a frame: an end now is a truncation. */
  get isInside(): boolean {
    return this.#splitter.isInside;
  }

  /**
   * Takes more bytes and gives the values of the frames that they complete.
   *
   * @throws {FrameError} If they are no frames within the limits.
   */
  push(bytes: Uint8Array): readonly unknown[] {
    return this.#splitter.push(bytes).map((content) => decodeContent(content, this.#limits));
  }
}

/**
 * The value of one frame.
 *
 * @throws {FrameError} If it is none within the limits.
 */
export function decodeContent(content: Uint8Array, limits: CborLimits): unknown {
  const wrong = checkCbor(content, limits);
  if (wrong !== null) throw new FrameError(`A frame that cannot be read: it holds ${wrong}`);
  try {
    return decoder.decode(content);
  } catch (error) {
    throw new FrameError(`A frame that cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
