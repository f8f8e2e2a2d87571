import { ParseError } from "toml-eslint-parser";
import { movedReport, type Report } from "../report.ts";
import { buildDocument } from "./document.ts";
import { findDuplicates, isDuplicate } from "./duplicate_keys.ts";
import type { TableItem } from "./item.ts";
import type { SourceText } from "./source.ts";
import { explainSyntax } from "./syntax_error.ts";
import { parseSyntax } from "./syntax_tree.ts";

/** The document of a TOML text, or null if it has none; what is wrong with it goes to the report. */
export function parseDocument(source: SourceText, whole: Report): TableItem | null {
  const { text } = source;
  const report = movedReport(whole, source.offset);
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
  const { root, tooDeep } = buildDocument(parsed, source);
  for (const at of tooDeep) whole.add("config/too-deep", at, "this is nested too deeply");
  return root;
}
