import type { AST } from "toml-eslint-parser";
import type { Item, ListItem, TableEntry, TableItem } from "./item.ts";
import type { SourceText, Span } from "./source.ts";

/** Deeper values are cut off: no key takes them, and recursion over them must stay bounded. */
const MAX_DEPTH = 32;

/** A document and the places where it was cut off for nesting too deep. */
export interface Document {
  readonly root: TableItem;
  readonly tooDeep: readonly Span[];
}

interface Building extends SourceText {
  readonly tooDeep: Span[];
}

interface OpenTable {
  readonly kind: "table";
  readonly span: Span;
  readonly entries: Map<string, TableEntry>;
}

interface OpenList extends ListItem {
  readonly items: Item[];
}

/** Builds the document of a parsed file. */
export function buildDocument(program: AST.TOMLProgram, { text, offset }: SourceText): Document {
  const building: Building = { text, offset, tooDeep: [] };
  const root = openTable({ start: offset, end: offset });
  for (const node of program.body[0].body) {
    if (node.type === "TOMLTable") addTable(root, node, building);
    else addKeyValue(root, node, 0, building);
  }
  return { root, tooDeep: building.tooDeep };
}

function addTable(root: OpenTable, node: AST.TOMLTable, building: Building): void {
  const parent = descend(root, node.key.keys.slice(0, -1), building);
  const last = node.key.keys.at(-1)!;
  const table = node.kind === "array"
    ? appendTable(parent, last, building)
    : descend(parent, [last], building);
  for (const entry of node.body) addKeyValue(table, entry, 0, building);
}

function addKeyValue(table: OpenTable, node: AST.TOMLKeyValue, depth: number, building: Building): void {
  const parent = descend(table, node.key.keys.slice(0, -1), building);
  const last = node.key.keys.at(-1)!;
  const key = nameOf(last);
  if (parent.entries.has(key)) return;
  parent.entries.set(key, {
    key,
    keySpan: spanOf(last, building),
    item: itemOf(node.value, depth, building),
  });
}

/** The table that dotted `keys` lead to, made on the way where there is none. */
function descend(
  from: OpenTable,
  keys: readonly (AST.TOMLBare | AST.TOMLQuoted)[],
  building: Building,
): OpenTable {
  let table = from;
  for (const node of keys) {
    const key = nameOf(node);
    const found = table.entries.get(key)?.item;
    const held = found?.kind === "list" ? found.items.at(-1) : found;
    if (held?.kind === "table") {
      table = held as OpenTable;
    } else {
      const keySpan = spanOf(node, building);
      const made = openTable(keySpan);
      if (found === undefined) table.entries.set(key, { key, keySpan, item: made });
      table = made;
    }
  }
  return table;
}

function appendTable(
  parent: OpenTable,
  node: AST.TOMLBare | AST.TOMLQuoted,
  building: Building,
): OpenTable {
  const key = nameOf(node);
  const span = spanOf(node, building);
  const made = openTable(span);
  const found = parent.entries.get(key)?.item;
  if (found?.kind === "list") (found as OpenList).items.push(made);
  if (found === undefined) {
    const item: OpenList = { kind: "list", span, items: [made] };
    parent.entries.set(key, { key, keySpan: span, item });
  }
  return made;
}

function itemOf(node: AST.TOMLContentNode, depth: number, building: Building): Item {
  const span = spanOf(node, building);
  switch (node.type) {
    case "TOMLValue":
      return scalarOf(node, span, building.text.slice(...node.range));
    case "TOMLArray": {
      const items = isWithin(depth, span, building) ? node.elements : [];
      return { kind: "list", span, items: items.map((element) => itemOf(element, depth + 1, building)) };
    }
    case "TOMLInlineTable": {
      const table = openTable(span);
      const body = isWithin(depth, span, building) ? node.body : [];
      for (const entry of body) addKeyValue(table, entry, depth + 1, building);
      return table;
    }
  }
}

function scalarOf(node: AST.TOMLValue, span: Span, source: string): Item {
  switch (node.kind) {
    case "string":
      return { kind: "string", value: node.value, source, span };
    case "integer":
    case "float":
      return { kind: node.kind, value: node.value, source, span };
    case "boolean":
      return { kind: "boolean", value: node.value, span };
    default:
      return { kind: "date", source, span };
  }
}

function isWithin(depth: number, span: Span, building: Building): boolean {
  if (depth < MAX_DEPTH) return true;
  building.tooDeep.push(span);
  return false;
}

function openTable(span: Span): OpenTable {
  return { kind: "table", span, entries: new Map() };
}

function nameOf(node: AST.TOMLBare | AST.TOMLQuoted): string {
  return node.type === "TOMLBare" ? node.name : node.value;
}

function spanOf({ range: [start, end] }: AST.TOMLNode, { offset }: Building): Span {
  return { start: start + offset, end: end + offset };
}
