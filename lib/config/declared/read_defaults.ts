import { DEFAULTS } from "../keys/defaults.ts";
import type { TableItem } from "../toml/item.ts";
import { readTable } from "../values/table.ts";
import { type Reading, rejectItem } from "../values/type.ts";
import { type Defaults, nestDefaults } from "./defaults.ts";

/** The values that the actors of a tree inherit, by the number of the replica that a {@linkcode Reading} is for. */
export type DefaultsReader = (reading: Reading) => Defaults;

/** The values of a tree's `[defaults]`; they are read at once, so that mistakes are told even if nobody inherits them. */
export function defaultsReader(table: TableItem, outer: DefaultsReader, reading: Reading): DefaultsReader {
  const item = table.entries.get("defaults")?.item;
  if (item === undefined) return outer;
  if (item.kind !== "table") {
    const expected = 'a table such as { restart = "always" }';
    rejectItem(item, { name: "a table", expected, suggest: () => null }, reading);
    return outer;
  }
  const known = new Map<number, Defaults>();
  const read: DefaultsReader = (inheriting) => {
    const { replica } = inheriting.placeholders;
    // Relative paths are relative to this file, whichever file inherits them.
    const own = { ...reading, placeholders: { ...reading.placeholders, replica } };
    const defaults = known.get(replica) ??
      nestDefaults(readTable(item, DEFAULTS, own).fields, outer(inheriting));
    known.set(replica, defaults);
    return defaults;
  };
  read(reading);
  return read;
}
