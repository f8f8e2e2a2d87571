import { createReport } from "../../config/report.ts";
import type { Item, TableItem } from "../../config/toml/item.ts";
import { parseDocument } from "../../config/toml/parse.ts";
import { createSources } from "../../config/toml/source.ts";

/** The document of another tool's TOML file; null if it is none. */
export function readToml(file: string, text: string): TableItem | null {
  const sources = createSources();
  return parseDocument(sources.add(file, text), createReport(sources));
}

/** The item under some keys of a table; null if there is none. */
export function itemAt(table: TableItem, ...keys: readonly string[]): Item | null {
  let item: Item = table;
  for (const key of keys) {
    const entry: Item | undefined = item.kind === "table" ? item.entries.get(key)?.item : undefined;
    if (entry === undefined) return null;
    item = entry;
  }
  return item;
}

/** A text under some keys. */
export function textAt(table: TableItem, ...keys: readonly string[]): string | null {
  const item = itemAt(table, ...keys);
  return item?.kind === "string" ? item.value : null;
}

/** The items of a list under some keys. */
export function listAt(table: TableItem, ...keys: readonly string[]): readonly Item[] {
  const item = itemAt(table, ...keys);
  return item?.kind === "list" ? item.items : [];
}

/** The names of a table under some keys. */
export function namesAt(table: TableItem, ...keys: readonly string[]): readonly string[] {
  const item = itemAt(table, ...keys);
  return item?.kind === "table" ? [...item.entries.keys()] : [];
}
