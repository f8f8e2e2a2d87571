import { CUT, cutTo } from "./cut.ts";
import { printable } from "./printable.ts";
import { widthOf } from "./width.ts";

/** A cell and how it is shown; the width counts the text alone. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
  readonly right?: boolean;
}

/** A piece of a line in one colour. */
type Part = Pick<Cell, "text" | "paint">;

/** Columns that line up, two spaces apart; the last one is not padded. Lines are cut at `columns` of the terminal. */
export function renderTable(rows: readonly (readonly Cell[])[], columns = Infinity): string {
  const shown = rows.map((row) => row.map((cell) => ({ ...cell, text: inOneLine(cell.text) })));
  const count = Math.max(0, ...shown.map((row) => row.length));
  const widths = Array.from(
    { length: count },
    (_, column) => Math.max(0, ...shown.map((row) => widthOf(row[column]?.text ?? ""))),
  );
  return shown.map((row) => {
    const parts = row.flatMap((cell, column) => partsOf(cell, widths[column]!, column === count - 1));
    return renderLine(parts, columns);
  }).join("\n");
}

/** A cell must not break its row, nor act upon the terminal. */
function inOneLine(text: string): string {
  return printable(text.replace(/[\t\r\n]+/g, " "));
}

function partsOf(cell: Cell, width: number, isLast: boolean): readonly Part[] {
  const gap = { text: " ".repeat(Math.max(0, width - widthOf(cell.text))) };
  const parts = cell.right === true ? [gap, cell] : [cell, gap];
  return isLast ? parts : [...parts, { text: "  " }];
}

/** Colours what is left of a line after it was cut, because a colour code that is cut is none. */
function renderLine(parts: readonly Part[], columns: number): string {
  const plain = parts.map(({ text }) => text).join("").trimEnd();
  const shown = cutTo(plain, columns);
  const end = shown === plain ? "" : CUT;
  let rest = shown.length - end.length;
  const painted = parts.map(({ text, paint }) => {
    const kept = text.slice(0, rest);
    rest -= kept.length;
    return kept === "" || paint === undefined ? kept : paint(kept);
  });
  return painted.join("") + end;
}
