import { TREE } from "../keys/supervisor.ts";
import { describeItem, type TableEntry, type TableItem } from "../toml/item.ts";
import type { Span } from "../toml/source.ts";
import { readTable } from "../values/table.ts";
import { type Reading, rejectItem } from "../values/type.ts";
import { quote } from "../wording.ts";
import type { DeclaredActor, DeclaredTree } from "./declared.ts";
import { layersOf } from "./defaults.ts";
import { readActor } from "./read_actor.ts";
import { type DefaultsReader, defaultsReader } from "./read_defaults.ts";

/** Deeper trees are refused: each level is a supervisor, and recursion over them must stay bounded. */
const MAX_DEPTH = 32;

/** The numbers of a replica and of a log follow a name in the name of a file, and have to fit into 255 bytes, too. */
const LONGEST_NAME = 200;

/** The actors and the trees of a table, which inherit `defaults`. */
export function childrenOf(
  table: TableItem,
  defaults: DefaultsReader,
  depth: number,
  reading: Reading,
): readonly (DeclaredActor | DeclaredTree)[] {
  const actors = named(table, "actors", reading).flatMap((entry) => readActor(entry, defaults, reading));
  const trees = named(table, "trees", reading)
    .flatMap((entry) => readNestedTree(entry, defaults, depth + 1, reading));
  return [...actors, ...trees];
}

/** The children of one supervisor in file order; two of one name are reported. */
export function inOrder(
  children: readonly (DeclaredActor | DeclaredTree)[],
  reading: Reading,
): readonly (DeclaredActor | DeclaredTree)[] {
  const sorted = children.toSorted((a, b) => a.at.start - b.at.start);
  rejectTwins(sorted, reading);
  return sorted;
}

function readNestedTree(
  entry: TableEntry,
  defaults: DefaultsReader,
  depth: number,
  reading: Reading,
): DeclaredTree[] {
  const { key, keySpan, item } = entry;
  if (item.kind !== "table") {
    const expected = `a table such as [trees.${key}]`;
    rejectItem(item, { name: "a tree", expected, suggest: () => null }, reading);
    return [];
  }
  if (depth > MAX_DEPTH) {
    reading.report.add("config/too-deep", keySpan, `trees are nested at most ${MAX_DEPTH} levels deep`);
    return [];
  }
  const before = reading.report.errorCount();
  const { fields, present } = readTable(item, TREE, reading);
  const inherited = defaultsReader(item, defaults, reading);
  const children = inOrder(childrenOf(item, inherited, depth, reading), reading);
  const isSound = reading.report.errorCount() === before;
  return [{
    kind: "tree",
    name: key,
    at: keySpan,
    dir: reading.placeholders.dir,
    fields,
    present,
    layers: layersOf(fields),
    isSound,
    children,
  }];
}

/** The entries of `[actors]` or `[trees]`; a bad name is reported and kept, so that it can be depended upon. */
function named(table: TableItem, section: "actors" | "trees", reading: Reading): readonly TableEntry[] {
  const entry = table.entries.get(section);
  if (entry === undefined) return [];
  const { item } = entry;
  if (item.kind !== "table") {
    reading.report.add(
      "config/wrong-type",
      entry.keySpan,
      `"${section}" is ${describeItem(item)}, not a table`,
      {
        expected: `[${section}.NAME]`,
      },
    );
    return [];
  }
  const entries = [...item.entries.values()];
  for (const { key, keySpan } of entries) checkName(key, keySpan, section, reading);
  return entries;
}

function checkName(name: string, at: Span, section: string, { report }: Reading): void {
  if (name.length > LONGEST_NAME) {
    return report.add(
      "config/bad-name",
      at,
      `${quote(name)} is too long for a name, which names files, too`,
      {
        expected: `at most ${LONGEST_NAME} characters`,
      },
    );
  }
  if (/^[A-Za-z0-9_-]+$/.test(name)) return;
  const usable = name.normalize("NFD").replace(/[^A-Za-z0-9_\s./-]/g, "").replace(/[\s./]+/g, "-");
  report.add("config/bad-name", at, `${quote(name)} cannot be a name`, {
    expected: "letters, digits, _ and -",
    hint: /[A-Za-z0-9]/.test(usable) ? `write [${section}.${usable}]` : null,
  });
}

/** One name cannot stand for two children, unless they are replicas of one actor. */
function rejectTwins(children: readonly (DeclaredActor | DeclaredTree)[], { report }: Reading): void {
  const known = new Map<string, DeclaredActor | DeclaredTree>();
  for (const child of children) {
    const twin = known.get(child.name);
    known.set(child.name, child);
    if (twin === undefined || twin.at === child.at) continue;
    const what = twin.kind === "actor" ? "an actor" : "a tree";
    report.add(
      "config/duplicate-name",
      child.at,
      `${quote(child.name)} is already ${what}, ${report.whereIs(twin.at, child.at)}`,
      { hint: "give one of them another name: a path must lead to one child" },
    );
  }
}
