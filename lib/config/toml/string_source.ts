/**
 * Finds where a character of a TOML string stands in the file. The parser tells the value and the place of the whole
 * string; escapes, opening line breaks and continued lines make the two run apart.
 */

const ESCAPE = /\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[ \t]*\r?\n[ \t\r\n]*|[^])/y;

/** Offset in `source`, a string with its quotes, of the unit at `index` of its value. */
export function sourceOffset(source: string, index: number): number {
  const isMultiline = source.startsWith('"""') || source.startsWith("'''");
  const hasEscapes = source.startsWith('"');
  let offset = isMultiline ? 3 + (/^\r?\n/.exec(source.slice(3, 5))?.[0].length ?? 0) : 1;
  let units = 0;
  while (offset < source.length) {
    const { read, written } = stepAt(source, offset, hasEscapes);
    if (units + written > index) return offset;
    units += written;
    offset += read;
  }
  return source.length;
}

/** How many units of source the next unit or escape takes, and how many units of value it makes. */
function stepAt(source: string, offset: number, hasEscapes: boolean): { read: number; written: number } {
  if (hasEscapes && source[offset] === "\\") {
    ESCAPE.lastIndex = offset;
    const escape = ESCAPE.exec(source)?.[0] ?? "\\";
    return { read: escape.length, written: unitsOf(escape) };
  }
  const isLineBreak = source.startsWith("\r\n", offset);
  return { read: isLineBreak ? 2 : 1, written: 1 };
}

function unitsOf(escape: string): number {
  if (/^\\[ \t]*\r?\n/.test(escape)) return 0;
  return escape.startsWith("\\U") && Number.parseInt(escape.slice(2), 16) > 0xffff ? 2 : 1;
}
