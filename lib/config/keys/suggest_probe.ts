import type { Item } from "../toml/item.ts";
import { same } from "../values/foreign_values.ts";

/** The probe that a single value was most likely meant for: a port, an address or a URL. */
export function suggestProbe(item: Item): string | null {
  if (item.kind === "integer") {
    return item.value > 0 && item.value < 65_536 ? `{ tcp = "127.0.0.1:${item.value}" }` : null;
  }
  if (item.kind !== "string") return null;
  if (/^https?:\/\//.test(item.value)) return `{ http = ${same(item)} }`;
  return /^[^\s/]*:\d+$/.test(item.value) ? `{ tcp = ${same(item)} }` : null;
}
