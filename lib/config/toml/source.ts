/**
 * A stretch of text, as offsets. They count through all files that a configuration is made of, so that a span also says in
 * which of them it is, and spans stand in the order of the files.
 */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A span as people count: line and column from 1, all in characters. */
export interface Place {
  /** Absolute path of the file. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How much to underline on the first line of the span; at least 1. */
  readonly length: number;
}

/** Turns offsets into lines and columns. */
export type Locate = (span: Span) => Place;

/** A file's text, and the offset at which it begins among all of a configuration. */
export interface SourceText {
  readonly text: string;
  readonly offset: number;
}

/** The texts of a configuration, in the order in which they were read. */
export interface Sources {
  readonly add: (file: string, text: string) => SourceText;
  readonly locate: Locate;
  readonly files: () => readonly string[];
}

/** No sources yet; a span can only be located once there is one. */
export function createSources(): Sources {
  const offsets: number[] = [];
  const added: { readonly file: string; readonly locate: LocateInText }[] = [];
  let end = 0;
  return {
    add: (file, text) => {
      const offset = end;
      offsets.push(offset);
      added.push({ file, locate: createLocate(text) });
      // The place behind the last character belongs to the file, too.
      end += text.length + 1;
      return { text, offset };
    },
    locate: (span) => {
      const index = Math.max(0, countBelow(offsets, span.start + 1) - 1);
      const { file, locate } = added[index]!;
      const offset = offsets[index]!;
      return { file, ...locate({ start: span.start - offset, end: span.end - offset }) };
    },
    files: () => added.map(({ file }) => file),
  };
}

/** A {@linkcode Locate} within one text. */
type LocateInText = (span: Span) => Omit<Place, "file">;

/** A {@linkcode LocateInText} for a text; a span behind the end is moved to the end of the last line. */
export function createLocate(text: string): LocateInText {
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
