/**
 * Decodes what `PlainEncoder` encodes, which most messages are, from any sender. Everything else, well-formed or not, is left
 * to a decoder that looks closer. PURE.
 */
import { PLAIN_BYTES, PLAIN_DEPTH } from "./plain_encoder.ts";

/** Said of bytes that are no plain value, or none at all. */
export const NOT_PLAIN = Symbol("not plain");

const UNSIGNED = 0;
const NEGATIVE = 1;
const TEXT = 3;
const ARRAY = 4;
const SIMPLE = 7;

/** See the module. It is used for one value at a time. */
export class PlainDecoder {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  readonly #double = new DataView(new ArrayBuffer(8));

  /** The value of some bytes, or {@linkcode NOT_PLAIN}. */
  decode(bytes: Uint8Array): unknown {
    if (bytes.length > PLAIN_BYTES) return NOT_PLAIN;
    this.#bytes = bytes;
    this.#at = 0;
    const value = this.#read(0);
    return this.#at === bytes.length ? value : NOT_PLAIN;
  }

  #read(depth: number): unknown {
    // Behind the end there are zeros: that it was passed shows where the value ends.
    const first = this.#bytes[this.#at++] ?? 0;
    const major = first >> 5;
    if (major === SIMPLE) return this.#readSimple(first);
    const low = first & 0x1f;
    const argument = low < 24 ? low : this.#readArgument(low);
    switch (major) {
      case UNSIGNED:
        return argument < 0 ? NOT_PLAIN : argument;
      case NEGATIVE:
        return argument < 0 ? NOT_PLAIN : -1 - argument;
      case TEXT:
        return this.#readText(argument);
      case ARRAY:
        return this.#readList(argument, depth);
      default:
        return NOT_PLAIN;
    }
  }

  #readSimple(first: number): unknown {
    switch (first) {
      case 0xf4:
        return false;
      case 0xf5:
        return true;
      case 0xf6:
        return null;
      case 0xf7:
        return undefined;
      case 0xfb:
        return this.#readDouble();
      default:
        return NOT_PLAIN;
    }
  }

  #readDouble(): number {
    for (let i = 0; i < 8; i++) this.#double.setUint8(i, this.#bytes[this.#at++] ?? 0);
    return this.#double.getFloat64(0);
  }

  /** The number that follows a first byte; -1 if that is nothing plain. */
  #readArgument(low: number): number {
    const bytes = this.#bytes;
    switch (low) {
      case 24:
        return bytes[this.#at++] ?? 0;
      case 25:
        this.#at += 2;
        return (bytes[this.#at - 2] ?? 0) * 0x100 + (bytes[this.#at - 1] ?? 0);
      case 26:
        this.#at += 4;
        return (bytes[this.#at - 4] ?? 0) * 0x1000000 + (bytes[this.#at - 3] ?? 0) * 0x10000 +
          (bytes[this.#at - 2] ?? 0) * 0x100 + (bytes[this.#at - 1] ?? 0);
      default:
        return -1;
    }
  }

  #readText(length: number): string | typeof NOT_PLAIN {
    if (!this.#has(length)) return NOT_PLAIN;
    let text = "";
    for (const end = this.#at + length; this.#at < end; this.#at++) {
      const code = this.#bytes[this.#at]!;
      if (code >= 0x80) return NOT_PLAIN;
      text += String.fromCharCode(code);
    }
    return text;
  }

  #readList(length: number, depth: number): readonly unknown[] | typeof NOT_PLAIN {
    if (depth >= PLAIN_DEPTH || !this.#has(length)) return NOT_PLAIN;
    const items: unknown[] = [];
    for (let i = 0; i < length; i++) {
      const item = this.#read(depth + 1);
      if (item === NOT_PLAIN) return NOT_PLAIN;
      items.push(item);
    }
    return items;
  }

  /** Whether so many bytes are left, of which every item takes one at least. */
  #has(length: number): boolean {
    return length >= 0 && length <= this.#bytes.length - this.#at;
  }
}
