/** Cuts the bytes of one connection into frames: four bytes of length, the highest first, then as many bytes. */
import { concatBytes } from "../base/bytes.ts";

/** The other side broke the rules: nothing that follows on its connection can be trusted. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** Bytes of a frame before its content. */
export const HEADER_BYTES = 4;

/** See the module. */
export class FrameSplitter {
  readonly #maxBytes: number;
  /** What has come in and is part of no frame that was given out. */
  #parts: Uint8Array[] = [];
  #length = 0;
  /** How many bytes the frame that is coming in takes; null before its header is there. */
  #awaited: number | null = null;

  /** @param maxBytes The longest content of a frame. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether the connection is in the middle of a frame: an end now is a truncation. */
  get isInside(): boolean {
    return this.#length > 0 || this.#awaited !== null;
  }

  /**
   * Takes more bytes, and gives the contents of the frames that they complete. Those are views, not copies.
   *
   * @throws {FrameError} If a frame is too long.
   */
  push(bytes: Uint8Array): readonly Uint8Array[] {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    if (this.#length < (this.#awaited ?? HEADER_BYTES)) return [];
    const whole = concatBytes(this.#parts);
    const contents: Uint8Array[] = [];
    let at = 0;
    while (whole.length - at >= (this.#awaited ?? HEADER_BYTES)) {
      if (this.#awaited === null) {
        this.#awaited = this.#lengthAt(whole, at);
        at += HEADER_BYTES;
      } else {
        contents.push(new Uint8Array(whole.buffer, whole.byteOffset + at, this.#awaited));
        at += this.#awaited;
        this.#awaited = null;
      }
    }
    this.#length = whole.length - at;
    this.#parts = this.#length === 0 ? [] : [whole.subarray(at)];
    return contents;
  }

  #lengthAt(bytes: Uint8Array, at: number): number {
    const length = bytes[at]! * 2 ** 24 + bytes[at + 1]! * 2 ** 16 + bytes[at + 2]! * 2 ** 8 + bytes[at + 3]!;
    if (length > this.#maxBytes) {
      throw new FrameError(`A frame of ${length} bytes; at most ${this.#maxBytes} are allowed`);
    }
    return length;
  }
}
