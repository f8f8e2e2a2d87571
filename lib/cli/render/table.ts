import { widthOf } from "./width.ts";

/** A cell and how it is shown; the width counts the text alone. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
  readonly right?: boolean;
}

/** Columns that line up, two spaces apart; the last one is not padded. */
export function renderTable(rows: readonly (readonly Cell[])[]): string {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from(
    { length: count },
    (_, column) => Math.max(0, ...rows.map((row) => widthOf(row[column]?.text ?? ""))),
  );
  return rows.map((row) =>
    row.map((cell, column) => renderCell(cell, widths[column]!, column === count - 1)).join("  ").trimEnd()
  )
    .join("\n");
}

function renderCell({ text, paint, right }: Cell, width: number, isLast: boolean): string {
  const shown = paint === undefined ? text : paint(text);
  const gap = " ".repeat(Math.max(0, width - widthOf(text)));
  if (right === true) return gap + shown;
  return isLast ? shown : shown + gap;
}
