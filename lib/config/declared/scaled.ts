/**
 * Numbers of replicas that are others than the file has. They take the place of what the file says before it is read, because
 * the texts of each copy hold its number.
 */
import type { TableEntry, TableItem } from "../toml/item.ts";

/** How many copies of an actor there are to be, by its path without the number of a copy. */
export type ReplicaCounts = ReadonlyMap<string, number>;

/** An actor of which there are to be other copies than the file has. */
export interface Scaled {
  /** Without the number of a copy. */
  readonly path: string;
  readonly replicas: number;
  /** The number in the file; null if that is no number. */
  readonly inFile: number | null;
}

/** A file as if it had other numbers of replicas. An actor that has none in it, or is not there, is left out. */
export function scaleDocument(
  document: TableItem,
  counts: ReplicaCounts,
): { readonly document: TableItem; readonly scaled: readonly Scaled[] } {
  const scaled: Scaled[] = [];
  let changed = document;
  for (const [path, replicas] of counts) {
    const names = path.split("/");
    const keys = names.flatMap((name, at) => [at === names.length - 1 ? "actors" : "trees", name]);
    changed = changeAt(changed, [...keys, "replicas"], (entry) => {
      const { item } = entry;
      scaled.push({ path, replicas, inFile: item.kind === "integer" ? item.value : null });
      return {
        ...entry,
        item: { kind: "integer", value: replicas, source: String(replicas), span: item.span },
      };
    });
  }
  return { document: changed, scaled };
}

function changeAt(
  table: TableItem,
  [key, ...below]: readonly string[],
  change: (entry: TableEntry) => TableEntry,
): TableItem {
  const entry = table.entries.get(key!);
  if (entry === undefined) return table;
  const { item } = entry;
  if (below.length > 0 && item.kind !== "table") return table;
  const changed = below.length === 0
    ? change(entry)
    : { ...entry, item: changeAt(item as TableItem, below, change) };
  return { ...table, entries: new Map([...table.entries, [key!, changed]]) };
}
