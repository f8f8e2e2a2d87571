/** Which lines of a log are wanted. */
import type { LineDecoder } from "./line_decoder.ts";
import type { LogLine, LogStream } from "./log_format.ts";

/** What a line is compared with. */
export interface LineSearch {
  /** A text that every line has that matches; null if there is none. Others are not even looked at. */
  readonly literal: string | null;
  test(line: string): boolean;
}

/** See the module. */
export interface LineFilter {
  /** Null for all streams. */
  readonly stream: LogStream | null;
  /** Null for all texts. */
  readonly search: LineSearch | null;
}

/** Everything. */
export const ALL_LINES: LineFilter = { stream: null, search: null };

/** Whether a line is wanted. */
export function isWanted({ stream, search }: LineFilter, line: LogLine): boolean {
  return (stream === null || line.stream === stream) && (search === null || search.test(line.text));
}

/**
 * The wanted lines of a text.
 *
 * @param text Whole lines, each with its newline.
 * @param hasLiteral Whether lines stand in the text as they were printed, so that what they have can be found there.
 */
export function scanLines(
  text: string,
  decode: LineDecoder,
  filter: LineFilter,
  hasLiteral: boolean,
): LogLine[] {
  // What people see of a line need not stand in it as it is.
  const isAsPrinted = hasLiteral && !text.includes("\x1b") && !text.includes("\r");
  const literal = isAsPrinted ? filter.search?.literal ?? null : null;
  const found: LogLine[] = [];
  for (let at = 0; at < text.length;) {
    let start = at;
    if (literal !== null) {
      const hit = text.indexOf(literal, at);
      if (hit < 0) break;
      start = hit === 0 ? 0 : text.lastIndexOf("\n", hit - 1) + 1;
    }
    const end = text.indexOf("\n", start);
    if (end < 0) break;
    const line = decode(text.slice(start, end));
    if (line !== null && isWanted(filter, line)) found.push(line);
    at = end + 1;
  }
  return found;
}

/** Characters that stand for something else in a regular expression. */
const SPECIAL = /[\\^$.*+?()[\]{}|]/;

/** The longest text that every match of a regular expression has; null if none is found. */
export function requiredLiteral(pattern: string): string | null {
  // Alternatives need nothing in particular, what `(?` begins may make letters mean others, and behind some escapes stand
  // characters that are no text.
  if (/\||\(\?|\\[0-9cuxpPkQE]/.test(pattern)) return null;
  let [best, run, depth] = ["", "", 0];
  const endRun = () => {
    if (run.length > best.length) best = run;
    run = "";
  };
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    let literal: string | null = null;
    if (character === "\\") {
      const next = pattern[++at] ?? "";
      if (SPECIAL.test(next) || next === "/" || next === "-") literal = next;
    } else if (character === "[") {
      // A bracket that stands first, behind a `^` too, is one of the class in other dialects: that is left to the library.
      for (at += 1; at < pattern.length && pattern[at] !== "]"; at++) if (pattern[at] === "\\") at += 1;
    } else if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    else if (character === "{") at = Math.max(at, pattern.indexOf("}", at));
    else if (!SPECIAL.test(character)) literal = character;
    const next = pattern[at + 1];
    const isOptional = next === "*" || next === "?" || next === "{";
    if (literal === null || depth > 0 || isOptional) endRun();
    else run += literal;
    // What is repeated has an end, but not where the next character begins.
    if (next === "+") endRun();
  }
  endRun();
  return best === "" ? null : best;
}
