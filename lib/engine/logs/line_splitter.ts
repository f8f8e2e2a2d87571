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

/** Makes lines of the bytes of one stream, however they come. */
export class LineSplitter {
  readonly #longest: number;
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(longest: number = LONGEST_LINE_BYTES) {
    this.#longest = longest;
  }

  /** Takes more bytes and gives the lines that they complete. */
  push(bytes: Uint8Array): readonly Line[] {
    const lines: Line[] = [];
    let rest = bytes;
    while (rest.length > 0) {
      const newline = rest.indexOf(NEWLINE);
      const end = newline < 0 ? rest.length : newline;
      const room = this.#longest - this.#length;
      if (end > room) {
        this.#keep(rest.subarray(0, room));
        lines.push(this.#take(true));
        rest = rest.subarray(room);
        continue;
      }
      this.#keep(rest.subarray(0, end));
      if (newline < 0) break;
      lines.push(this.#take(false));
      rest = rest.subarray(end + 1);
    }
    return lines;
  }

  /** What has come of a line that has no end yet. */
  pending(): Uint8Array {
    return concatBytes(this.#parts);
  }

  /** Gives what is left when the stream has ended without a newline, or null. */
  end(): Line | null {
    return this.#length === 0 ? null : this.#take(false);
  }

  /** Copies, because whoever read the bytes may use their memory again. */
  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#parts.push(bytes.slice());
    this.#length += bytes.length;
  }

  #take(cut: boolean): Line {
    const bytes = concatBytes(this.#parts);
    const begun = cut ? begunCharacter(bytes) : 0;
    const at = bytes.length - begun;
    this.#parts = begun === 0 ? [] : [bytes.slice(at)];
    this.#length = begun;
    return { bytes: bytes.subarray(0, at), cut };
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
