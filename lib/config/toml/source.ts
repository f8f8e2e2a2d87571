/** A stretch of the file's text, as offsets into it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A span as people count: line and column from 1, all in characters. */
export interface Place {
  readonly line: number;
  readonly column: number;
  /** What there is to underline on the first line of the span; at least 1. */
  readonly length: number;
}

/** Turns offsets into lines and columns. */
export type Locate = (span: Span) => Place;

/** A {@linkcode Locate} for one text; a span behind the end is moved to the end of the last line. */
export function createLocate(text: string): Locate {
  const starts = lineStarts(text);
  const count = characterCounter(text);
  const last = text.endsWith("\n") ? text.length - 1 : text.length;
  return ({ start, end }) => {
    const from = Math.max(0, Math.min(start, last));
    const line = lineOf(starts, from);
    const lineStart = starts[line]!;
    const lineEnd = line + 1 < starts.length ? starts[line + 1]! - 1 : text.length;
    const to = Math.max(from, Math.min(end, lineEnd));
    return { line: line + 1, column: count(lineStart, from) + 1, length: Math.max(1, count(from, to)) };
  };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1 && at + 1 < text.length; at = text.indexOf("\n", at + 1)) {
    starts.push(at + 1);
  }
  return starts;
}

function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle;
  }
  return low;
}

/** Counts characters between two offsets; by subtraction alone where no character takes two units. */
function characterCounter(text: string): (from: number, to: number) => number {
  if (!/[\uD800-\uDBFF]/.test(text)) return (from, to) => to - from;
  return (from, to) => [...text.slice(from, to)].length;
}
