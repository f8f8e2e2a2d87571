import { concatBytes } from "../../base/bytes.ts";

/** Lines, encoded. */
export interface Block {
  readonly bytes: Uint8Array;
  /** How many. */
  readonly lines: number;
}

/** How large a block becomes that many small ones are copied into. */
const BLOCK_BYTES = 256 * 1_024;

const NEWLINE = 0x0a;

const NOTHING = new Uint8Array(0);

/** Lines that wait to be written, in few blocks: the more wait, the larger they are. */
export class BlockQueue {
  #full: Block[] = [];
  /** The last block, as far as it is filled. */
  #last = NOTHING;
  #filled = 0;
  #lines = 0;
  #size = 0;

  /** How many bytes wait. */
  get size(): number {
    return this.#size;
  }

  /** Copies lines to the end. */
  add(bytes: Uint8Array, lines: number): void {
    if (this.#filled + bytes.length > this.#last.length) {
      this.#closeLast();
      this.#last = new Uint8Array(Math.max(bytes.length, Math.min(BLOCK_BYTES, 2 * this.#size)));
    }
    this.#last.set(bytes, this.#filled);
    this.#filled += bytes.length;
    this.#lines += lines;
    this.#size += bytes.length;
  }

  /** Whether the first line has no more than `room` bytes; nothing has none. */
  fits(room: number): boolean {
    if (this.#size <= room) return true;
    this.#closeLast();
    return this.#full[0]!.bytes.indexOf(NEWLINE) < room;
  }

  /** Takes the first lines that have no more than `most` bytes together, at least one. */
  take(most: number): Block {
    this.#closeLast();
    const taken: Uint8Array[] = [];
    let [size, lines] = [0, 0];
    for (let block = this.#full[0]; block !== undefined; block = this.#full[0]) {
      if (size + block.bytes.length > most) {
        if (taken.length > 0) break;
        block = this.#split(most);
      }
      this.#full.shift();
      taken.push(block.bytes);
      size += block.bytes.length;
      lines += block.lines;
    }
    this.#size -= size;
    return { bytes: taken.length === 1 ? taken[0]! : concatBytes(taken), lines };
  }

  /** Makes two blocks of the first one, if it has lines behind those that have no more than `most` bytes. @returns The first. */
  #split(most: number): Block {
    const block = this.#full[0]!;
    const { bytes, lines } = block;
    const last = most < 1 ? -1 : bytes.lastIndexOf(NEWLINE, most - 1);
    const end = (last < 0 ? bytes.indexOf(NEWLINE) : last) + 1;
    if (end === 0 || end === bytes.length) return block;
    const first = { bytes: bytes.subarray(0, end), lines: linesIn(bytes, end) };
    this.#full.splice(0, 1, first, { bytes: bytes.subarray(end), lines: lines - first.lines });
    return first;
  }

  #closeLast(): void {
    if (this.#filled > 0) {
      this.#full.push({ bytes: this.#last.subarray(0, this.#filled), lines: this.#lines });
    }
    this.#last = NOTHING;
    this.#filled = 0;
    this.#lines = 0;
  }
}

/** How many lines end before `end`. */
function linesIn(bytes: Uint8Array, end: number): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0 && at < end; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}
