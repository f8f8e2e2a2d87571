/** Which lines of a log are wanted. */
import type { LineDecoder } from "./line_decoder.ts";
import type { LogLine, LogStream } from "./log_format.ts";
import type { RequiredText } from "./required_text.ts";

/** The search that a line is compared with. */
export interface LineSearch {
  /** A text that every line has that matches; null if none is known. Others are not even looked at. */
  readonly required: RequiredText | null;
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
 * @param isPlain Whether lines stand in the text as they were printed, so that what they have can be found there.
 */
export function scanLines(
  text: string,
  decode: LineDecoder,
  filter: LineFilter,
  isPlain: boolean,
): LogLine[] {
  // The text that people see of a line need not stand in the line as it is.
  const isAsPrinted = isPlain && !text.includes("\x1b") && !text.includes("\r");
  const required = isAsPrinted ? filter.search?.required ?? null : null;
  const found: LogLine[] = [];
  for (let at = 0; at < text.length;) {
    let start = at;
    if (required !== null) {
      const hit = required.find(text, at);
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
