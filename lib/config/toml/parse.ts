import { ParseError } from "toml-eslint-parser";
import type { Report } from "../report.ts";
import { buildDocument } from "./document.ts";
import { findDuplicates, isDuplicate } from "./duplicate_keys.ts";
import type { TableItem } from "./item.ts";
import { explainSyntax } from "./syntax_error.ts";
import { parseSyntax } from "./syntax_tree.ts";

/** The document of a TOML text, or null if it has none; what is wrong with it goes to `report`. */
export function parseDocument(text: string, report: Report): TableItem | null {
  const loneReturn = /\r(?!\n)/.exec(text);
  if (loneReturn !== null) {
    const at = { start: loneReturn.index, end: loneReturn.index + 1 };
    report.add("config/syntax", at, "a carriage return without a line feed", {
      expected: "lines that end with a line feed",
      hint: "save the file with Unix line endings",
    });
    return null;
  }
  const parsed = parseSyntax(text);
  if (parsed instanceof ParseError) {
    if (isDuplicate(parsed)) findDuplicates(text, parsed, report);
    else explainSyntax(text, parsed, report);
    return null;
  }
  if (parsed === null) {
    const message = "a text of the file is too long, or its lists or tables nest too deeply";
    const hint = "put long texts into files of their own";
    report.add("config/too-deep", { start: 0, end: 1 }, message, { hint });
    return null;
  }
  const { root, tooDeep } = buildDocument(parsed, text);
  for (const at of tooDeep) report.add("config/too-deep", at, "this is nested too deeply");
  return root;
}
