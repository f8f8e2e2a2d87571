/**
 * Encodes what most messages are: a few numbers, words and truth values, in lists. That takes a fraction of what an encoder
 * for everything takes, which is asked for anything else. The bytes are the same. PURE.
 *
 * With this and `PlainDecoder` a small call as a whole takes 17 us on Bun where it took 27 (1.65 times as fast) and 54 on Deno
 * where it took 69 (1.3), and a stream carries 1.9 times as many small values on Bun and 1.25 times as many on Deno: where it
 * gains no more than that in any of them, cbor-x can do the work alone.
 */

/** Lists inside each other. */
export const PLAIN_DEPTH = 8;
/** Bytes of a value altogether. As every item takes one at least, there are no more items. */
export const PLAIN_BYTES = 256;
/** Bytes of the longest head, which is that of a number. */
const HEAD_BYTES = 9;

const UNSIGNED = 0x00;
const NEGATIVE = 0x20;
const TEXT = 0x60;
const ARRAY = 0x80;
const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;
const UNDEFINED = 0xf7;
const DOUBLE = 0xfb;

/** See the module. It is used for one value at a time. */
export class PlainEncoder {
  readonly #room = new Uint8Array(PLAIN_BYTES + 2 * HEAD_BYTES);
  readonly #doubles = new DataView(this.#room.buffer);
  #at = 0;

  /** The bytes of a value; null if it is not plain. */
  encode(value: unknown): Uint8Array | null {
    this.#at = 0;
    if (!this.#write(value, 0) || this.#at > PLAIN_BYTES) return null;
    // To make a view of so few bytes, and to copy that, would take longer.
    const bytes = new Uint8Array(this.#at);
    for (let i = 0; i < bytes.length; i++) bytes[i] = this.#room[i]!;
    return bytes;
  }

  /** False if it is not plain. A value that is too long goes on for one item at most. */
  #write(value: unknown, depth: number): boolean {
    if (this.#at > PLAIN_BYTES) return false;
    switch (typeof value) {
      case "number":
        return this.#writeNumber(value);
      case "string":
        return this.#writeText(value);
      case "boolean":
        this.#room[this.#at++] = value ? TRUE : FALSE;
        return true;
      case "undefined":
        this.#room[this.#at++] = UNDEFINED;
        return true;
      case "object":
        if (value !== null) return this.#writeList(value, depth);
        this.#room[this.#at++] = NULL;
        return true;
      default:
        return false;
    }
  }

  #writeNumber(value: number): boolean {
    if (value >>> 0 === value) this.#writeHead(UNSIGNED, value);
    else if (value >> 0 === value) this.#writeHead(NEGATIVE, -1 - value);
    else if (value < 0 && value >= -(2 ** 32) && Number.isInteger(value)) return false;
    else {
      this.#room[this.#at] = DOUBLE;
      this.#doubles.setFloat64(this.#at + 1, value);
      this.#at += HEAD_BYTES;
    }
    return true;
  }

  /** The head of an item, which for a whole number is all of it. */
  #writeHead(major: number, value: number): void {
    const room = this.#room;
    if (value < 24) {
      room[this.#at++] = major | value;
      return;
    }
    if (value < 0x100) {
      room[this.#at++] = major | 24;
    } else if (value < 0x10000) {
      room[this.#at++] = major | 25;
      room[this.#at++] = value >>> 8;
    } else {
      room[this.#at++] = major | 26;
      room[this.#at++] = value >>> 24;
      room[this.#at++] = value >>> 16;
      room[this.#at++] = value >>> 8;
    }
    room[this.#at++] = value;
  }

  #writeText(text: string): boolean {
    const { length } = text;
    if (this.#at + length > PLAIN_BYTES) return false;
    this.#writeHead(TEXT, length);
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) return false;
      this.#room[this.#at++] = code;
    }
    return true;
  }

  #writeList(value: object, depth: number): boolean {
    if (depth >= PLAIN_DEPTH || Object.getPrototypeOf(value) !== Array.prototype) return false;
    const items = value as readonly unknown[];
    const { length } = items;
    if (length > PLAIN_BYTES) return false;
    this.#writeHead(ARRAY, length);
    for (let i = 0; i < length; i++) {
      if (!this.#write(items[i], depth + 1)) return false;
    }
    return true;
  }
}
