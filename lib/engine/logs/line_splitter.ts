import { concatBytes } from "../../base/bytes.ts";

/** Longest line that is kept whole. */
export const LONGEST_LINE_BYTES = 1_024 * 1_024;

const NEWLINE = 0x0a;

/** A line without its newline. */
export interface Line {
  readonly bytes: Uint8Array;
  /** Whether it was cut, between two characters, because it is too long: the next line goes on with it. */
  readonly cut: boolean;
}

/** Takes lines as they are found, where they are found. */
export interface LineTaker {
  /**
   * A line without its newline.
   *
   * @param before What has come of it earlier; null if that is nothing.
   * @param from Where the rest of it begins in the bytes that are split, and where it ends.
   * @param cut See {@linkcode Line}.
   */
  line(before: Uint8Array | null, from: number, to: number, cut: boolean): void;
}

/** Makes lines of the bytes of one stream, however they come. A line costs nothing but a call. */
export class LineSplitter {
  readonly #longest: number;
  /** The parts of the line that has no end yet. */
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(longest: number = LONGEST_LINE_BYTES) {
    this.#longest = longest;
  }

  /** Takes more bytes, those of `bytes` up to `length`, and gives the lines that they complete. */
  push(bytes: Uint8Array, length: number, taker: LineTaker): void {
    for (let at = 0; at < length;) {
      const newline = bytes.indexOf(NEWLINE, at);
      const isWhole = newline >= 0 && newline < length;
      const end = isWhole ? newline : length;
      const room = this.#longest - this.#length;
      if (end - at > room) {
        this.#cut(bytes.subarray(at, at + room), taker);
        at += room;
        continue;
      }
      if (!isWhole) return this.#keep(bytes.slice(at, length));
      taker.line(this.#take(), at, end, false);
      at = end + 1;
    }
  }

  /** The beginning of a line that has no end yet. */
  pending(): Uint8Array {
    return concatBytes(this.#parts);
  }

  /** Gives what is left when the stream has ended without a newline. @param cut Whether the next reader may find more of it. */
  end(taker: LineTaker, cut: boolean): void {
    const before = this.#take();
    if (before !== null) taker.line(before, 0, 0, cut);
  }

  #keep(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }

  #take(): Uint8Array | null {
    if (this.#length === 0) return null;
    const before = this.#parts.length === 1 ? this.#parts[0]! : concatBytes(this.#parts);
    this.#parts = [];
    this.#length = 0;
    return before;
  }

  #cut(last: Uint8Array, taker: LineTaker): void {
    const bytes = concatBytes([...this.#parts, last]);
    const at = bytes.length - begunCharacter(bytes);
    this.#parts = [];
    this.#length = 0;
    taker.line(bytes.subarray(0, at), 0, 0, true);
    if (at < bytes.length) this.#keep(bytes.slice(at));
  }
}

const LONGEST_CHARACTER = 4;

/** How many bytes at the end are the begin of a character of UTF-8 that is not whole; never all of them. */
function begunCharacter(bytes: Uint8Array): number {
  for (let count = 1; count < Math.min(LONGEST_CHARACTER, bytes.length); count++) {
    const byte = bytes[bytes.length - count]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > count ? count : 0;
  }
  return 0;
}
