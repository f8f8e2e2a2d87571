/** Cuts the bytes of one connection into frames: four bytes of length, the highest first, then as many bytes. */

/** The other side broke the rules: nothing that follows on its connection can be trusted. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** Told where in some bytes the content of a frame is. */
export type OnFrame = (bytes: Uint8Array, start: number, end: number) => void;

/** Bytes of a frame before its content. */
export const HEADER_BYTES = 4;

/** The content of a frame that comes in more than one piece. */
interface Incomplete {
  /** Memory for it, or for its first part if the rest has not come yet. */
  content: Uint8Array;
  readonly length: number;
  filled: number;
}

/** Room that is set aside for a frame before more of it has come: an announced length costs nothing, bytes do. */
const FIRST_ROOM_BYTES = 16 * 1_024;
/** When this share of a frame has come, there is room for all of it. */
const SHARE = 1 / 8;

/** See the module. */
export class FrameSplitter {
  readonly #maxBytes: number;
  /** How much of the next header has come in, and the length that it says so far. */
  #headerFilled = 0;
  #length = 0;
  #partial: Incomplete | null = null;
  readonly #isFleeting: (begun: Uint8Array) => boolean;
  /** Where fleeting contents are put together, in turns: while one is looked at the next one may begin. */
  #scratch: Uint8Array | null = null;
  #nextScratch: Uint8Array | null = null;

  /**
   * @param maxBytes The longest content of a frame.
   * @param isFleeting Whether a content that begins like this is used only until the next `push`. Such contents are put
   * together in memory that is used again.
   */
  constructor(maxBytes: number, isFleeting: (begun: Uint8Array) => boolean = () => false) {
    this.#maxBytes = maxBytes;
    this.#isFleeting = isFleeting;
  }

  /** Whether the connection is in the middle of a frame: an end now is a truncation. */
  get isInside(): boolean {
    return this.#headerFilled > 0 || this.#partial !== null;
  }

  /**
   * Takes more bytes, and gives the contents of the frames that they complete. A frame that came in one piece is a view, any
   * other is copied once.
   *
   * @throws {FrameError} If a frame is too long.
   */
  push(bytes: Uint8Array): readonly Uint8Array[] {
    const contents: Uint8Array[] = [];
    this.split(
      bytes,
      (from, start, end) => contents.push(new Uint8Array(from.buffer, from.byteOffset + start, end - start)),
    );
    return contents;
  }

  /** {@linkcode push} without views, which take longer to make than most frames to read. */
  split(bytes: Uint8Array, onFrame: OnFrame): void {
    let at = this.#fill(bytes, onFrame);
    while (at < bytes.length) {
      const start = this.#readHeader(bytes, at);
      if (start === null) break;
      const length = this.#length;
      this.#headerFilled = 0;
      this.#length = 0;
      const end = start + length;
      if (end <= bytes.length) onFrame(bytes, start, end);
      else {
        const begun = bytes.subarray(start);
        this.#partial = { content: this.#room(length, begun), length, filled: begun.length };
        this.#partial.content.set(begun);
      }
      at = end;
    }
  }

  /** Where a content is put together. */
  #room(length: number, begun: Uint8Array): Uint8Array {
    if (!this.#isFleeting(begun)) {
      return new Uint8Array(Math.min(length, Math.max(FIRST_ROOM_BYTES, begun.length / SHARE)));
    }
    const scratch = this.#nextScratch ?? new Uint8Array(this.#maxBytes);
    this.#nextScratch = this.#scratch;
    this.#scratch = scratch;
    return scratch.subarray(0, length);
  }

  /** Adds to a frame that has begun; where in `bytes` the next one does. */
  #fill(bytes: Uint8Array, onFrame: OnFrame): number {
    const partial = this.#partial;
    if (partial === null) return 0;
    const { length, filled } = partial;
    const taken = Math.min(bytes.length, length - filled);
    if (filled + taken > partial.content.length) grow(partial, filled + taken);
    partial.content.set(taken === bytes.length ? bytes : bytes.subarray(0, taken), filled);
    partial.filled += taken;
    if (partial.filled === length) {
      this.#partial = null;
      onFrame(partial.content, 0, length);
    }
    return taken;
  }

  /** Where the content begins; null if more of the header is to come. */
  #readHeader(bytes: Uint8Array, at: number): number | null {
    let next = at;
    for (; this.#headerFilled < HEADER_BYTES; this.#headerFilled++) {
      if (next === bytes.length) return null;
      this.#length = this.#length * 256 + bytes[next++]!;
    }
    if (this.#length > this.#maxBytes) {
      throw new FrameError(`A frame of ${this.#length} bytes; at most ${this.#maxBytes} are allowed`);
    }
    return next;
  }
}

/** Makes room for so many bytes at least, and for several times as many if the frame is so long: each byte is copied few times. */
function grow(partial: Incomplete, bytes: number): void {
  const grown = new Uint8Array(Math.min(partial.length, bytes / SHARE));
  grown.set(partial.content.subarray(0, partial.filled));
  partial.content = grown;
}
