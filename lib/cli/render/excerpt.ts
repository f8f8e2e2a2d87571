import { printable } from "./printable.ts";
import { widthOf } from "./width.ts";

/** A line of a file as it is shown, and what stands under it. */
export interface Excerpt {
  readonly text: string;
  readonly underline: string;
}

/** How many columns of a line are shown, and how many of them before the place that matters. */
const WIDEST = 100;
const LEAD = 40;

const TAB = "    ";
const CUT = "...";

/** Shows `line` with `length` characters underlined from `column` on, which counts from 1; a long line is cut around it. */
export function excerptOf(line: string, column: number, length: number): Excerpt {
  const cells = [...line].map((character) => character === "\t" ? TAB : printable(character));
  const start = Math.min(column - 1, cells.length);
  const from = firstShown(cells, start);
  const to = lastShown(cells, from);
  const before = (from > 0 ? CUT : "") + cells.slice(from, start).join("");
  const marked = cells.slice(start, Math.min(start + length, to)).join("");
  const after = cells.slice(Math.min(start + length, to), to).join("") + (to < cells.length ? CUT : "");
  return {
    text: (before + marked + after).trimEnd(),
    underline: " ".repeat(widthOf(before)) + "^".repeat(Math.max(1, widthOf(marked))),
  };
}

/** A short line is shown from its start, a long one from some way before the place. */
function firstShown(cells: readonly string[], start: number): number {
  let from = start;
  for (let width = 0; from > 0 && width <= WIDEST - LEAD; from--) width += widthOf(cells[from - 1]!);
  if (from === 0) return 0;
  from = start;
  for (let width = 0; from > 0 && width < LEAD; from--) width += widthOf(cells[from - 1]!);
  return from;
}

function lastShown(cells: readonly string[], from: number): number {
  let to = from;
  for (let width = 0; to < cells.length && width < WIDEST; to++) width += widthOf(cells[to]!);
  return to;
}
