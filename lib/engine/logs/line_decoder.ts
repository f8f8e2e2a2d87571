/** Reads lines of log files back, of all formats. */
import {
  anything,
  boolean,
  decodeJsonOrNull,
  dictionary,
  object,
  type Shape,
  text,
  word,
} from "../../base/shape.ts";
import { type LineFormat, type LogLine, type LogStream, parseMicros, STREAM_TAGS } from "./log_format.ts";

/** Reads a line, without its newline; null for one that is not ours. */
export type LineDecoder = (line: string) => LogLine | null;

/** Where the parts of a stamped line begin: `2026-11-22T15:31:00.123456Z out the text`. */
const FRACTION_AT = 19;
const TAG_AT = 28;
const END_OF_TAG = 31;
const ZERO = 0x30;
const SPACE = 0x20;

/** @param at The stamp of lines that have none of their own. */
export function decoderOf(format: LineFormat, path: string, at: number): LineDecoder {
  if (format === "stamped") return stampedDecoder(path);
  if (format === "json") return (line) => decodeObject(path, line);
  return (text) => ({ at, path, stream: "stdout", text, cut: false });
}

/** Lines of one second share the text of it, which is read once. */
function stampedDecoder(path: string): LineDecoder {
  let second = "";
  let micros = 0;
  return (line) => {
    if (!isStamped(line)) return null;
    const start = line.slice(0, FRACTION_AT);
    if (start !== second) {
      const read = parseMicros(line.slice(0, TAG_AT - 1));
      if (read === null) return null;
      second = start;
      micros = read - fractionOf(line);
    }
    const stream = STREAM_TAGS.get(line.slice(TAG_AT, END_OF_TAG));
    if (stream === undefined) return null;
    const isCut = line[END_OF_TAG] === "+";
    const textAt = END_OF_TAG + (isCut ? 1 : 0);
    if (line.charCodeAt(textAt) !== SPACE) return null;
    return { at: micros + fractionOf(line), path, stream, text: line.slice(textAt + 1), cut: isCut };
  };
}

function isStamped(line: string): boolean {
  return line.length > END_OF_TAG && line[FRACTION_AT] === "." && line[TAG_AT - 2] === "Z" &&
    line.charCodeAt(TAG_AT - 1) === SPACE && !Number.isNaN(fractionOf(line));
}

/** The six digits of the microseconds; NaN if they are none. */
function fractionOf(line: string): number {
  let fraction = 0;
  for (let at = FRACTION_AT + 1; at < TAG_AT - 2; at++) {
    const digit = line.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return NaN;
    fraction = fraction * 10 + digit;
  }
  return fraction;
}

interface LineObject {
  readonly at: string;
  readonly stream: LogStream;
  readonly line: string;
  readonly cut: boolean;
}

const OBJECT: Shape<LineObject> = object<LineObject>({
  at: text,
  stream: word("stdout", "stderr", "supervise"),
  line: text,
  cut: boolean,
});

/** Another version of this program may write more fields. */
const FIELDS: Shape<LineObject> = (value, at) => {
  const { at: stamp, stream, line, cut } = dictionary(anything)(value, at);
  return OBJECT({ at: stamp, stream, line, cut }, at);
};

/** A line has a mebibyte at most, of which each byte may take six characters. */
const LINE_LIMITS = { maxChars: 8 * 1_024 * 1_024, maxDepth: 4 };

function decodeObject(path: string, line: string): LogLine | null {
  const found = decodeJsonOrNull(FIELDS, line, LINE_LIMITS);
  const at = found === null ? null : parseMicros(found.at);
  return found === null || at === null
    ? null
    : { at, path, stream: found.stream, text: found.line, cut: found.cut };
}
