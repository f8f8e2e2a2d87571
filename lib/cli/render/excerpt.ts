import { printable } from "./printable.ts";
import { widthOf } from "./width.ts";

/** A line of a file as it is shown, and what stands under it. */
export interface Excerpt {
  readonly text: string;
  readonly underline: string;
}

/** How many columns of a line are shown at most, and how many of them before the place that matters. */
const WIDEST = 100;
const LEAD_SHARE = 0.4;

const TAB = "    ";
const CUT = "...";

/**
 * Shows `line` with `length` characters underlined from `column` on, which counts from 1; a long line is cut around it.
 *
 * @param room Columns of the terminal that there are for it.
 */
export function excerptOf(line: string, column: number, length: number, room = Infinity): Excerpt {
  const widest = Math.max(1, Math.min(WIDEST, room - 2 * CUT.length));
  const cells = [...line].map((character) => character === "\t" ? TAB : printable(character));
  const start = Math.min(column - 1, cells.length);
  const from = firstShown(cells, start, widest);
  const to = lastShown(cells, from, widest);
  const before = (from > 0 ? CUT : "") + cells.slice(from, start).join("");
  const marked = cells.slice(start, Math.min(start + length, to)).join("");
  const after = cells.slice(Math.min(start + length, to), to).join("") + (to < cells.length ? CUT : "");
  return {
    text: (before + marked + after).trimEnd(),
    underline: " ".repeat(widthOf(before)) + "^".repeat(Math.max(1, widthOf(marked))),
  };
}

/** A short line is shown from its start, a long one from some way before the place. */
function firstShown(cells: readonly string[], start: number, widest: number): number {
  const lead = Math.floor(widest * LEAD_SHARE);
  let from = start;
  for (let width = 0; from > 0 && width <= widest - lead; from--) width += widthOf(cells[from - 1]!);
  if (from === 0) return 0;
  from = start;
  for (let width = 0; from > 0 && width < lead; from--) width += widthOf(cells[from - 1]!);
  return from;
}

function lastShown(cells: readonly string[], from: number, widest: number): number {
  let to = from;
  for (let width = 0; to < cells.length && width < widest; to++) width += widthOf(cells[to]!);
  return to;
}
