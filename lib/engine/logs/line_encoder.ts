/**
 * Makes the lines of a log, in memory that all streams of a tree share: bytes are read into the front of it, and each line is
 * copied once, behind its stamp, to the back, from where blocks of lines go to their destination. A line costs no object, and a
 * silent stream no memory.
 *
 * The format of a log is known here and in `log_format.ts` alone, and where blocks go is none of its business.
 */
import { concatBytes } from "../../base/bytes.ts";
import type { LineTaker } from "./line_splitter.ts";
import { encodeAs, formatMicros, type LineFormat, type LogStream, tagOf } from "./log_format.ts";
import type { Stamps } from "./stamps.ts";

/** How much is read at once: as much as a pipe holds by default. */
const INPUT_BYTES = 64 * 1_024;
const OUTPUT_BYTES = 256 * 1_024;

/** The stamp and the tag of the present line, and where they are; a space follows, or a `+` and a space. */
const STAMP_BYTES = 27;
const HEAD_BYTES = STAMP_BYTES + " out".length;
const HEAD = INPUT_BYTES;
const OUTPUT = HEAD + HEAD_BYTES;

/** Where the digits of the microseconds are, which are all that differs between lines of one second. */
const FRACTION = HEAD + "2026-11-22T15:31:00.".length;
const FRACTION_DIGITS = 6;
const SECOND = 1_000_000;

const [ZERO, NEWLINE, SPACE, PLUS] = [0x30, 0x0a, 0x20, 0x2b];

/** Told of each line by itself, which costs: the bytes are there for the call alone. */
export interface LineHearer {
  line(stream: LogStream, at: number, bytes: Uint8Array, cut: boolean): void;
  /** A line has begun that has no end yet. */
  partial(bytes: Uint8Array): void;
}

/** The actor whose lines are encoded, and their target. */
export interface Encoding {
  /** Address of the actor. */
  readonly path: string;
  readonly stream: LogStream;
  /** The present format of its lines; null if they go nowhere. */
  readonly format: () => LineFormat | null;
  /** Takes lines, encoded, in memory that is used again afterwards. */
  readonly append: (block: Uint8Array, lines: number) => void;
}

/** See the module. */
export class LineEncoder implements LineTaker {
  /** Bytes that are to be split are read into here. */
  readonly input: Uint8Array;
  readonly #bytes = new Uint8Array(OUTPUT + OUTPUT_BYTES);
  readonly #stamps: Stamps;
  /** The second that the stamp in the head is of, in microseconds. */
  #second = -SECOND;
  #encoding: Encoding | null = null;
  #format: LineFormat | null = null;
  #hearer: LineHearer | null = null;
  #isFirst = true;
  /** Where the next line goes, and how many wait before it. */
  #at = OUTPUT;
  #lines = 0;

  constructor(stamps: Stamps) {
    this.#stamps = stamps;
    this.input = this.#bytes.subarray(0, INPUT_BYTES);
  }

  /** Lines of a stream follow, which have come just now. @param hearer Null if nobody listens to single ones. */
  begin(encoding: Encoding, hearer: LineHearer | null): void {
    this.#encoding = encoding;
    this.#format = encoding.format();
    this.#hearer = hearer;
    this.#isFirst = true;
    this.#at = OUTPUT;
    this.#lines = 0;
    const tag = tagOf(encoding.stream);
    for (let index = 0; index < tag.length; index++) {
      this.#bytes[HEAD + STAMP_BYTES + 1 + index] = tag.charCodeAt(index);
    }
  }

  line(before: Uint8Array | null, from: number, to: number, cut: boolean): void {
    // Of all that come in one piece the clock is asked once.
    const at = this.#isFirst ? this.#stamps.next() : this.#stamps.following();
    this.#isFirst = false;
    if (this.#format !== null) this.#encode(this.#format, at, before, from, to, cut);
    this.#hearer?.line(this.#encoding!.stream, at, this.#textOf(before, from, to), cut);
  }

  #encode(
    format: LineFormat,
    at: number,
    before: Uint8Array | null,
    from: number,
    to: number,
    cut: boolean,
  ): void {
    if (format === "json") return this.#putWhole(format, at, before, from, to, cut);
    const length = (before === null ? 0 : before.length) + to - from;
    const room = length + HEAD_BYTES + "+ \n".length;
    if (room > OUTPUT_BYTES) return this.#putWhole(format, at, before, from, to, cut);
    if (this.#at + room > this.#bytes.length) this.finish();
    this.#put(format, at, before, from, to, cut);
  }

  /** Hands over what was encoded. */
  finish(): void {
    if (this.#lines > 0) this.#encoding!.append(this.#bytes.subarray(OUTPUT, this.#at), this.#lines);
    this.#at = OUTPUT;
    this.#lines = 0;
  }

  #put(
    format: "stamped" | "raw",
    at: number,
    before: Uint8Array | null,
    from: number,
    to: number,
    cut: boolean,
  ): void {
    const bytes = this.#bytes;
    let end = this.#at;
    if (format === "stamped") {
      this.#stamp(at);
      bytes.copyWithin(end, HEAD, HEAD + HEAD_BYTES);
      end += HEAD_BYTES;
      if (cut) bytes[end++] = PLUS;
      bytes[end++] = SPACE;
    }
    if (before !== null) {
      bytes.set(before, end);
      end += before.length;
    }
    bytes.copyWithin(end, from, to);
    end += to - from;
    bytes[end++] = NEWLINE;
    this.#at = end;
    this.#lines += 1;
  }

  /** Takes a line that is encoded elsewhere: it is too long, or costs an object in any case. */
  #putWhole(
    format: LineFormat,
    at: number,
    before: Uint8Array | null,
    from: number,
    to: number,
    cut: boolean,
  ): void {
    const { path, stream, append } = this.#encoding!;
    const line = encodeAs(format, path, at, stream, { bytes: this.#textOf(before, from, to), cut });
    if (this.#at + line.length > this.#bytes.length) this.finish();
    if (line.length > OUTPUT_BYTES) return append(line, 1);
    this.#bytes.set(line, this.#at);
    this.#at += line.length;
    this.#lines += 1;
  }

  #textOf(before: Uint8Array | null, from: number, to: number): Uint8Array {
    const rest = this.input.subarray(from, to);
    return before === null ? rest : from === to ? before : concatBytes([before, rest]);
  }

  /** Puts a stamp into the head. */
  #stamp(at: number): void {
    const bytes = this.#bytes;
    if (at < this.#second || at >= this.#second + SECOND) {
      this.#second = Math.floor(at / SECOND) * SECOND;
      const text = formatMicros(at);
      for (let index = 0; index < STAMP_BYTES; index++) bytes[HEAD + index] = text.charCodeAt(index);
      bytes[HEAD + STAMP_BYTES] = SPACE;
    }
    for (let rest = at - this.#second, digit = FRACTION_DIGITS - 1; digit >= 0; digit--) {
      const next = Math.trunc(rest / 10);
      bytes[FRACTION + digit] = ZERO + rest - next * 10;
      rest = next;
    }
  }
}
