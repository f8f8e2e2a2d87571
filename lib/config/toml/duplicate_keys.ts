/**
 * Duplicate keys: the parser stops at the second definition and does not tell where the first one is. To find it, the
 * second one is given a name of its own, so that the text parses and the table that holds both can be searched. The
 * next duplicate, which turns up then, is treated alike.
 */
import { ParseError } from "toml-eslint-parser";
import type { Report } from "../report.ts";
import { quote } from "../wording.ts";
import { buildDocument } from "./document.ts";
import type { TableEntry, TableItem } from "./item.ts";
import type { Span } from "./source.ts";
import { type Parsed, parseSyntax } from "./syntax_tree.ts";

/** How many duplicates of a file are looked for; each costs a parse. */
const MOST = 10;

const KEY = /"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+/y;

/** A second definition and the name that it is given for the search. */
interface Duplicate {
  readonly at: Span;
  readonly alias: string;
}

/** Whether the parser stopped at a second definition. */
export function isDuplicate(error: ParseError): boolean {
  return error.message === "Defining a key multiple times is invalid";
}

/** Reports each second definition, naming the line of the first. */
export function findDuplicates(text: string, first: ParseError, report: Report): void {
  const found: Duplicate[] = [];
  let renamed = text;
  let parsed: Parsed = first;
  while (parsed instanceof ParseError && isDuplicate(parsed) && found.length < MOST) {
    found.push(duplicateAt(text, originalOffset(parsed.index, found), found.length));
    found.sort((a, b) => a.at.start - b.at.start);
    renamed = rename(text, found);
    parsed = parseSyntax(renamed);
  }
  const root = documentOf(parsed, renamed);
  for (const { at, alias } of found) {
    const key = keyOf(text.slice(at.start, at.end));
    const earlier = root === null ? null : firstDefinition(root, alias, key);
    const where = earlier === null
      ? "above"
      : report.whereIs({ ...at, start: originalOffset(earlier.start, found) }, at);
    report.add("config/duplicate-key", at, `${quote(key)} is already defined ${where}`, {
      hint: "keep one of the two, with the keys of both",
    });
  }
}

function duplicateAt(text: string, start: number, index: number): Duplicate {
  KEY.lastIndex = start;
  const written = KEY.exec(text)?.[0] ?? "";
  return { at: { start, end: start + written.length }, alias: `supervise-duplicate-${index}` };
}

function rename(text: string, duplicates: readonly Duplicate[]): string {
  let renamed = "";
  let from = 0;
  for (const { at, alias } of duplicates) {
    renamed += text.slice(from, at.start) + alias;
    from = at.end;
  }
  return renamed + text.slice(from);
}

function originalOffset(offset: number, duplicates: readonly Duplicate[]): number {
  let growth = 0;
  for (const { at, alias } of duplicates) {
    if (offset <= at.start + growth) break;
    growth += alias.length - (at.end - at.start);
  }
  return offset - growth;
}

function documentOf(parsed: Parsed, text: string): TableItem | null {
  return parsed === null || parsed instanceof ParseError
    ? null
    : buildDocument(parsed, { text, offset: 0 }).root;
}

/** Where `key` is defined in the table that also holds `alias`. */
function firstDefinition(root: TableItem, alias: string, key: string): Span | null {
  const pending: TableItem[] = [root];
  while (pending.length > 0) {
    const table = pending.pop()!;
    if (table.entries.has(alias)) return table.entries.get(key)?.keySpan ?? null;
    for (const entry of table.entries.values()) pending.push(...tablesOf(entry));
  }
  return null;
}

function tablesOf({ item }: TableEntry): readonly TableItem[] {
  if (item.kind === "table") return [item];
  return item.kind === "list" ? item.items.filter((held) => held.kind === "table") : [];
}

function keyOf(written: string): string {
  if (!/^["']/.test(written)) return written;
  const assignment = `${written} = 0`;
  const root = documentOf(parseSyntax(assignment), assignment);
  return root === null ? written : [...root.entries.keys()].join("");
}
