import { concatBytes } from "../../base/bytes.ts";

/** Lines, encoded. */
export interface Block {
  readonly bytes: Uint8Array;
  /** How many. */
  readonly lines: number;
}

/** How large a block becomes that many small ones are copied into. */
const BLOCK_BYTES = 256 * 1_024;

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

  /** Takes the first block, and those behind it, as long as all of them have no more than `most` bytes. */
  take(most: number): Block {
    this.#closeLast();
    const taken: Uint8Array[] = [];
    let [size, lines] = [0, 0];
    for (const block of this.#full) {
      if (taken.length > 0 && size + block.bytes.length > most) break;
      taken.push(block.bytes);
      size += block.bytes.length;
      lines += block.lines;
    }
    this.#full.splice(0, taken.length);
    this.#size -= size;
    return { bytes: taken.length === 1 ? taken[0]! : concatBytes(taken), lines };
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
