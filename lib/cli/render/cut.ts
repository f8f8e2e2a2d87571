import { piecesOf, widthOf } from "./width.ts";

/** Stands for what was cut off. */
export const CUT = "~";

/** Cuts a text that takes more than `columns` of a terminal, and marks where. */
export function cutTo(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = "";
  let width = widthOf(CUT);
  for (const piece of piecesOf(text)) {
    width += piece.width;
    if (width > columns) break;
    kept += piece.text;
  }
  return kept.trimEnd() + CUT;
}
