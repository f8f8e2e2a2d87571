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
  const starts = [0, ...offsetsOf(/\n(?=[^])/g, text).map((offset) => offset + 1)];
  const pairs = offsetsOf(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g, text);
  const characters = (from: number, to: number) =>
    to - from - countBelow(pairs, to) + countBelow(pairs, from);
  const last = text.endsWith("\n") ? text.length - 1 : text.length;
  return ({ start, end }) => {
    const from = Math.max(0, Math.min(start, last));
    const line = countBelow(starts, from + 1);
    const lineEnd = line < starts.length ? starts[line]! - 1 : text.length;
    const to = Math.max(from, Math.min(end, lineEnd));
    return {
      line,
      column: characters(starts[line - 1]!, from) + 1,
      length: Math.max(1, characters(from, to)),
    };
  };
}

function offsetsOf(pattern: RegExp, text: string): readonly number[] {
  return [...text.matchAll(pattern)].map((match) => match.index);
}

/** How many of the `sorted` numbers are less than `limit`. */
function countBelow(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
