import { CUT, cutTo } from "./cut.ts";
import { printable } from "./printable.ts";
import { widthOf } from "./width.ts";

/** Spaces between two columns. */
const GAP = 2;

/** A cell and how it is shown; the width counts the text alone. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
  readonly right?: boolean;
}

/** A cell as it stands in its line. */
interface Placed {
  readonly cell: Cell;
  /** In one line. */
  readonly text: string;
  readonly width: number;
}

/** Columns that line up, two spaces apart; the last one is not padded. Lines are cut at `columns` of the terminal. */
export function renderTable(rows: readonly (readonly Cell[])[], columns = Infinity): string {
  const { widths, placed } = place(rows);
  return placed.map((row) => renderLine(row, widths, columns)).join("\n");
}

/** How many columns of a terminal a table takes. */
export function tableWidth(rows: readonly (readonly Cell[])[]): number {
  const { widths } = place(rows);
  return widths.reduce((sum, width) => sum + width + GAP, -GAP);
}

function place(
  rows: readonly (readonly Cell[])[],
): { readonly widths: readonly number[]; readonly placed: readonly (readonly Placed[])[] } {
  const widths: number[] = [];
  const placed = rows.map((row) =>
    row.map((cell, column): Placed => {
      const text = inOneLine(cell.text);
      const width = widthOf(text);
      widths[column] = Math.max(widths[column] ?? 0, width);
      return { cell, text, width };
    })
  );
  return { widths, placed };
}

const BREAKS = /[\t\r\n]+/g;

/** A cell must not break its row, nor act upon the terminal. */
function inOneLine(text: string): string {
  const plain = printable(text);
  return plain === text ? text : printable(text.replace(BREAKS, " "));
}

/** Colours what is left of a line after it was cut, because a colour code that is cut is none. */
function renderLine(row: readonly Placed[], widths: readonly number[], columns: number): string {
  let whole = "";
  for (const [column, place] of row.entries()) {
    whole += leadOf(place, widths[column]!) + place.text + trailOf(place, widths, column);
  }
  const plain = whole.trimEnd();
  const shown = cutTo(plain, columns);
  const end = shown === plain ? "" : CUT;
  let rest = shown.length - end.length;
  let painted = "";
  const add = (text: string, paint?: (text: string) => string) => {
    const kept = text.slice(0, rest);
    rest -= kept.length;
    painted += kept === "" || paint === undefined ? kept : paint(kept);
  };
  for (const [column, place] of row.entries()) {
    if (rest === 0) break;
    add(leadOf(place, widths[column]!));
    add(place.text, place.cell.paint);
    add(trailOf(place, widths, column));
  }
  return painted + end;
}

/** The part ahead of the text of a cell. */
function leadOf({ cell, width }: Placed, column: number): string {
  return cell.right === true ? " ".repeat(column - width) : "";
}

/** The part behind it. */
function trailOf({ cell, width }: Placed, widths: readonly number[], column: number): string {
  const gap = column === widths.length - 1 ? 0 : GAP;
  return " ".repeat(cell.right === true ? gap : widths[column]! - width + gap);
}
