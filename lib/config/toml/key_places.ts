/** All keys that the texts of a configuration set, with their places. PURE. */
import type { Location, NodeId } from "../plan.ts";
import { createReport } from "../report.ts";
import type { Item, TableEntry, TableItem } from "./item.ts";
import { parseDocument } from "./parse.ts";
import { createSources, type Span } from "./source.ts";

/** A key that a text sets. */
export interface KeyPlace extends Location {
  /** The last line of its value. */
  readonly lastLine: number;
  /** Dotted, from the table of the node on: `ready.timeout`; empty for that table itself. */
  readonly key: string;
  /** Its table: that of an actor, of a tree, or the `[defaults]` of a tree. */
  readonly table: "actor" | "tree" | "defaults";
  /** Address of that actor or tree; an actor with replicas is one. */
  readonly of: NodeId;
  /** The value as the text writes it, all on one line; null for a table. */
  readonly value: string | null;
}

/** The keys of all texts, as they stand there. A text that is no TOML has none. @param texts By their paths. */
export function keyPlaces(texts: ReadonlyMap<string, string>): readonly KeyPlace[] {
  const sources = createSources();
  const report = createReport(sources);
  return [...texts].flatMap(([file, text]) => {
    const source = sources.add(file, text);
    const root = parseDocument(source, report);
    const slice = ({ start, end }: Span) =>
      text.slice(start - source.offset, end - source.offset).replaceAll(/\s*\n\s*/g, " ");
    return root === null ? [] : ofTree(root, "", slice);
  });

  function ofTree(table: TableItem, of: string, slice: (span: Span) => string): readonly KeyPlace[] {
    const below = of === "" ? "" : `${of}/`;
    return [...table.entries.values()].flatMap((entry) => {
      switch (entry.key) {
        case "actors":
          return tablesIn(entry).flatMap((actor) => [
            placeOf(actor, "", "actor", below + actor.key, slice),
            ...ofTable(actor, "", "actor", below + actor.key, slice),
          ]);
        case "trees":
          return tablesIn(entry).flatMap((tree) => [
            placeOf(tree, "", "tree", below + tree.key, slice),
            ...ofTree(tree.item as TableItem, below + tree.key, slice),
          ]);
        case "defaults":
          return ofTable(entry, "", "defaults", of, slice);
        default:
          return ofEntry(entry, "", "tree", of, slice);
      }
    });
  }

  function ofTable(
    { item }: TableEntry,
    prefix: string,
    table: KeyPlace["table"],
    of: string,
    slice: (span: Span) => string,
  ): readonly KeyPlace[] {
    if (item.kind !== "table") return [];
    return [...item.entries.values()].flatMap((entry) => ofEntry(entry, prefix, table, of, slice));
  }

  function ofEntry(
    entry: TableEntry,
    prefix: string,
    table: KeyPlace["table"],
    of: string,
    slice: (span: Span) => string,
  ): readonly KeyPlace[] {
    const key = prefix + entry.key;
    return [placeOf(entry, key, table, of, slice), ...ofTable(entry, `${key}.`, table, of, slice)];
  }

  function placeOf(
    { keySpan, item }: TableEntry,
    key: string,
    table: KeyPlace["table"],
    of: string,
    slice: (span: Span) => string,
  ): KeyPlace {
    const { file, line, column } = sources.locate(keySpan);
    const end = { start: Math.max(item.span.start, item.span.end - 1), end: item.span.end };
    const lastLine = item.kind === "table" ? line : sources.locate(end).line;
    return { file, line, column, lastLine, key, table, of: of as NodeId, value: valueOf(item, slice) };
  }
}

function tablesIn({ item }: TableEntry): readonly TableEntry[] {
  return item.kind === "table" ? [...item.entries.values()].filter(({ item }) => item.kind === "table") : [];
}

function valueOf(item: Item, slice: (span: Span) => string): string | null {
  return item.kind === "table" ? null : slice(item.span);
}
