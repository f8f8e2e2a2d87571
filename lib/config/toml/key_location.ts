/** Where the texts of a configuration say what a key of a node is. PURE. */
import { createReport } from "../report.ts";
import type { Location } from "../plan.ts";
import { withoutReplica } from "../replica_path.ts";
import type { TableEntry, TableItem } from "./item.ts";
import { parseDocument } from "./parse.ts";
import { createSources, type Sources } from "./source.ts";

/** The place of a key, and the table that it stands in. */
export interface KeyLocation extends Location {
  /** `defaults`: the key is inherited from a `[defaults]` table around the node. */
  readonly from: "node" | "defaults";
}

/**
 * Finds a key of an actor or of a tree, in its own table or in the nearest `[defaults]`.
 *
 * @param path Address of the node: `pool/queue`; empty for the root.
 * @param key Dotted, such as `backoff.max`.
 * @returns Null where no text sets it.
 */
export type KeyFinder = (path: string, key: string) => KeyLocation | null;

/**
 * Reads texts once, to find any number of keys.
 *
 * @param texts The texts of the file and of all that it includes, by their paths. A text that is no TOML sets nothing.
 */
export function keyFinder(texts: ReadonlyMap<string, string>): KeyFinder {
  const sources = createSources();
  const report = createReport(sources);
  const roots = [...texts].flatMap(([file, text]) => parseDocument(sources.add(file, text), report) ?? []);
  return (path, key) => find(roots, sources, path, key);
}

function find(
  roots: readonly TableItem[],
  sources: Sources,
  path: string,
  key: string,
): KeyLocation | null {
  const names = path === "" ? [] : withoutReplica(path).split("/");
  const keys = key.split(".");
  const chains = roots.map((root) => chainTo(root, names)).filter((chain) => chain !== null);
  const own = chains.map((chain) => entryAt(chain.at(-1)!, keys)).find((entry) => entry !== null);
  if (own !== undefined) return { ...placeOf(own), from: "node" };
  // The nearest tree comes first; an including file gives its defaults to what it includes, after that one's own.
  for (let depth = names.length - 1; depth >= 0; depth--) {
    const holders = [...chains, ...roots.map((root) => [root])].flatMap((chain) => chain[depth] ?? []);
    for (const holder of new Set(holders)) {
      const inherited = entryAt(holder, ["defaults", ...keys]);
      if (inherited !== null) return { ...placeOf(inherited), from: "defaults" };
    }
  }
  return null;

  function placeOf({ keySpan }: TableEntry): Location {
    const { file, line, column } = sources.locate(keySpan);
    return { file, line, column };
  }
}

/** The tables from the root down to a node; null if a text has not that node. */
function chainTo(root: TableItem, names: readonly string[]): readonly TableItem[] | null {
  const chain = [root];
  for (const [index, name] of names.entries()) {
    const table = chain.at(-1)!;
    const isLast = index === names.length - 1;
    const found = (isLast ? tableAt(table, ["actors", name]) : null) ?? tableAt(table, ["trees", name]);
    if (found === null) return null;
    chain.push(found);
  }
  return chain;
}

function tableAt(table: TableItem, keys: readonly string[]): TableItem | null {
  const item = entryAt(table, keys)?.item;
  return item?.kind === "table" ? item : null;
}

function entryAt(table: TableItem, keys: readonly string[]): TableEntry | null {
  const [first, ...rest] = keys;
  const entry = table.entries.get(first!);
  if (entry === undefined) return null;
  if (rest.length === 0) return entry;
  return entry.item.kind === "table" ? entryAt(entry.item, rest) : null;
}
