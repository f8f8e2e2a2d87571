import { createReport } from "../../lib/config/report.ts";
import type { Item } from "../../lib/config/toml/item.ts";
import { parseDocument } from "../../lib/config/toml/parse.ts";
import { createSources } from "../../lib/config/toml/source.ts";

/** A TOML text as JSON, which is what a schema is about; null if it is no TOML. */
export function tomlAsJson(text: string): unknown {
  const sources = createSources();
  const document = parseDocument(sources.add("/a.toml", text), createReport(sources));
  return document === null ? null : jsonOf(document);
}

function jsonOf(item: Item): unknown {
  switch (item.kind) {
    case "list":
      return item.items.map(jsonOf);
    case "table":
      return Object.fromEntries([...item.entries.values()].map((entry) => [entry.key, jsonOf(entry.item)]));
    case "date":
      return item.source;
    default:
      return item.value;
  }
}
