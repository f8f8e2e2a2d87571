/** Text out of the bytes of a file: TOML is UTF-8, and a byte that is not is told rather than replaced. */
import type { Problem } from "../problem.ts";

/** A file in text, and why it is none, if it is none; then what is no character stands as one that says so. */
export interface DecodedText {
  readonly text: string;
  readonly problem: Problem | null;
}

/** How long a configuration, or a file that it names, may be. */
export const MOST_BYTES = 16 * 1_024 * 1_024;

const NEWLINE = 0x0a;

/** Byte order marks, and the first character of a file without one, in two bytes or in four. */
const ENCODINGS: readonly (readonly [name: string, starts: readonly (number | null)[]])[] = [
  ["UTF-32", [0xff, 0xfe, 0, 0]],
  ["UTF-32", [0, 0, 0xfe, 0xff]],
  ["UTF-16", [0xff, 0xfe]],
  ["UTF-16", [0xfe, 0xff]],
  ["UTF-16", [null, 0, null, 0]],
  ["UTF-16", [0, null, 0, null]],
];

/** Decodes a configuration file. @param language What it is written in, for the sentence that says why it is UTF-8. */
export function decodeText(file: string, bytes: Uint8Array, language = "TOML"): DecodedText {
  const encoding = encodingOf(bytes);
  if (encoding !== null) {
    const message = `the file is ${encoding}, and ${language} is UTF-8`;
    return { text: "", problem: problemAt(file, 0, 0, message, saveAsUtf8(encoding)) };
  }
  const text = new TextDecoder().decode(bytes);
  const wrong = firstWrongByte(bytes);
  if (wrong === null) return { text, problem: null };
  const lineStart = bytes.lastIndexOf(NEWLINE, wrong) + 1;
  const line = countOf(bytes.subarray(0, wrong), NEWLINE) + 1;
  const column = [...new TextDecoder().decode(bytes.subarray(lineStart, wrong))].length + 1;
  const byte = `0x${bytes[wrong]!.toString(16).padStart(2, "0")}`;
  const hint = "save the file as UTF-8: from Latin-1, `iconv -f LATIN1 -t UTF-8` does it";
  return { text, problem: problemAt(file, line, column, `the byte ${byte} is not UTF-8 here`, hint) };
}

/** The encoding that a file begins as, if that is another one. */
export function encodingOf(bytes: Uint8Array): string | null {
  const found = ENCODINGS.find(([, starts]) =>
    bytes.length >= starts.length &&
    starts.every((start, index) => start === null ? bytes[index] !== 0 : bytes[index] === start)
  );
  return found?.[0] ?? null;
}

/** The cure for a file in another encoding. */
export function saveAsUtf8(encoding: string): string {
  return `save it as UTF-8: \`iconv -f ${encoding} -t UTF-8\``;
}

/** Where the longest part ends that is UTF-8; null if all of it is. */
function firstWrongByte(bytes: Uint8Array): number | null {
  if (isUtf8(bytes)) return null;
  let [right, wrong] = [0, bytes.length];
  while (wrong - right > 1) {
    const middle = (right + wrong) >>> 1;
    if (isUtf8(bytes.subarray(0, middle), true)) right = middle;
    else wrong = middle;
  }
  // A character that is only begun at the end of the file is wrong from its first byte on.
  let start = right;
  while (start > 0 && !isUtf8(bytes.subarray(0, start))) start -= 1;
  return start;
}

/** @param isBegun Whether the last character may be incomplete. */
function isUtf8(bytes: Uint8Array, isBegun = false): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: isBegun });
    return true;
  } catch {
    return false;
  }
}

function countOf(bytes: Uint8Array, byte: number): number {
  return bytes.reduce((count, one) => count + (one === byte ? 1 : 0), 0);
}

function problemAt(file: string, line: number, column: number, message: string, hint: string): Problem {
  return {
    name: "config/bad-encoding",
    severity: "error",
    file,
    line,
    column,
    length: 1,
    message,
    expected: null,
    hint,
  };
}
