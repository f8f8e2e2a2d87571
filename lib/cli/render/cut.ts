import { widthOf } from "./width.ts";

/** Stands for what was cut off. */
export const CUT = "~";

/** Cuts a text that takes more than `columns` of a terminal, and marks where. */
export function cutTo(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = "";
  let width = widthOf(CUT);
  for (const character of text) {
    width += widthOf(character);
    if (width > columns) break;
    kept += character;
  }
  return kept.trimEnd() + CUT;
}
