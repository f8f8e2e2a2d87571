import { piecesOf, widthOf } from "./width.ts";

/** Breaks a text into lines of at most `columns`, between words where that can be, else within one. */
export function wrapTo(text: string, columns: number): readonly string[] {
  if (widthOf(text) <= columns) return [text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (widthOf(joined) <= columns) {
      line = joined;
      continue;
    }
    if (line !== "") lines.push(line);
    const parts = brokenUp(word, columns);
    lines.push(...parts.slice(0, -1));
    line = parts.at(-1)!;
  }
  return [...lines, line];
}

/** The same; lines that go on stand two columns further in, beyond `columns`. */
export function wrapHanging(text: string, columns: number): readonly string[] {
  const [first, ...rest] = wrapTo(text, columns);
  return [first!, ...rest.map((line) => `  ${line}`)];
}

function brokenUp(word: string, columns: number): readonly string[] {
  const parts = [""];
  let width = 0;
  for (const piece of piecesOf(word)) {
    if (width + piece.width > columns && width > 0) {
      parts.push("");
      width = 0;
    }
    parts[parts.length - 1] += piece.text;
    width += piece.width;
  }
  return parts;
}
