/**
 * YAML 1.2 to nodes with their places. Anchors lead to one node that several places share; merge keys (`<<`) are resolved.
 * A text that would be endless, or far larger than the file, is refused: an alias that holds itself, aliases of aliases of
 * aliases, nesting without end.
 */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLError,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { quote } from "../../config/wording.ts";
import { reject } from "../document/access.ts";
import type { Entry, MapNode, Node, Placed } from "../document/node.ts";

/** Nobody writes more by hand, and the parser would take seconds for it. */
const MOST_CHARACTERS = 1_024 * 1_024;
const MOST_DEPTH = 100;
/** So many values a file may have when all aliases are followed. */
const MOST_VALUES = 50_000;

type YamlNode = Alias | Scalar | YAMLMap | YAMLSeq;

interface Reading {
  readonly file: string;
  readonly lines: LineCounter;
  /** By their anchors: what has been read, or null while it is being read. */
  readonly anchors: Map<string, Read | null>;
  /** Values so far, with all aliases followed. */
  size: number;
}

/** A node, and how many values it has with all aliases followed. */
interface Read {
  readonly node: Node;
  readonly size: number;
}

/**
 * The document of a text; null for one that says nothing.
 *
 * @throws {UserError} `import/not-readable`
 */
export function parseYaml(text: string, file: string): Node | null {
  if (text.length > MOST_CHARACTERS) {
    const limit = MOST_CHARACTERS / 1_024 / 1_024;
    reject({ file, line: 1 }, `it is longer than ${limit} MiB, and so is no file that somebody has written`);
  }
  const lines = new LineCounter();
  const document = parsed(text, file, lines);
  const [error] = document.errors;
  if (error !== undefined) rejectSyntax(error, file, lines);
  if (document.contents === null) return null;
  return read(document.contents as YamlNode, { file, lines, anchors: new Map(), size: 0 }, 0).node;
}

function parsed(text: string, file: string, lineCounter: LineCounter): Document {
  try {
    return parseDocument(text.replace(/^\uFEFF/, ""), {
      lineCounter,
      prettyErrors: false,
      // The parser compares each key with all others of its map, which takes minutes for a large one.
      uniqueKeys: false,
      // Of several documents the parser would take the first, and say nothing of the others.
      logLevel: "error",
      schema: "core",
      version: "1.2",
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return rejectDepth(file);
  }
}

function rejectDepth(file: string): never {
  return reject({ file, line: 1 }, "its lists or maps nest too deeply");
}

/** The advice for some mistakes. */
const HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "indent with spaces",
  BAD_INDENT: "indent what belongs together alike",
  MISSING_CHAR: "close what is opened there, or further up",
  BAD_ALIAS: "define the anchor before it is used",
};

function rejectSyntax({ code, pos, message }: YAMLError, file: string, lines: LineCounter): never {
  const place = { file, line: Math.max(1, lines.linePos(pos[0]).line) };
  if (code === "MULTIPLE_DOCS") {
    return reject(place, "a second document begins here", "make a file of each document");
  }
  // The parser catches what it runs into at a great depth.
  if (/call stack/.test(message)) return rejectDepth(file);
  if (message.startsWith("Flow")) {
    const hint = "close it, or indent what is in it";
    return reject(place, "a list or a map in brackets, which begins further up, is still open here", hint);
  }
  const [first = ""] = message.split("\n");
  const said = first.replace(/\s+at line \d+, column \d+:?$/, "").replace(/ ["']quote$/, " quote");
  const clause = `this is no YAML: ${said.slice(0, 1).toLowerCase()}${said.slice(1)}`;
  return reject(place, clause, HINTS[code] ?? null);
}

function read(from: YamlNode, reading: Reading, depth: number): Read {
  const placed = placeOf(from, reading);
  if (depth > MOST_DEPTH) reject(placed, `it nests more than ${MOST_DEPTH} levels deep`);
  if (isAlias(from)) return aliased(from, placed, reading);
  const { anchor, tag } = from;
  if (tag !== undefined && !TAGS.has(tag)) rejectTag(tag, placed);
  if (anchor !== undefined) reading.anchors.set(anchor, null);
  const before = reading.size;
  count(1, placed, reading);
  const node = tag === "!reset"
    ? nothingAt(placed)
    : isMap(from)
    ? readMap(from as YAMLMap<YamlNode, YamlNode | null>, placed, reading, depth)
    : isSeq(from)
    ? readList(from as YAMLSeq<YamlNode | null>, placed, reading, depth)
    : readScalar(from, placed);
  const result = {
    node: tag === "!override" ? { ...node, isOverride: true } : node,
    size: reading.size - before,
  };
  if (anchor !== undefined) reading.anchors.set(anchor, result);
  return result;
}

/** Docker compose takes a value away with `!reset`, and has `!override` replace what would be added to. */
const TAGS: ReadonlySet<string> = new Set([
  "!",
  "!reset",
  "!override",
  ...["map", "seq", "str", "int", "float", "bool", "null", "merge"].map((name) =>
    `tag:yaml.org,2002:${name}`
  ),
]);

function rejectTag(tag: string, placed: Placed): never {
  const shown = tag.replace(/^tag:yaml\.org,2002:/, "!!");
  return reject(placed, `the tag ${quote(shown)} is not followed`, "write the value that it stands for");
}

/** Refuses a file as soon as it has too many values, since following its aliases to the end may take hours. */
function count(size: number, placed: Placed, reading: Reading): void {
  reading.size += size;
  if (reading.size > MOST_VALUES) {
    reject(placed, "with all its aliases followed, the file has far too many values up to here");
  }
}

function aliased({ source }: Alias, placed: Placed, reading: Reading): Read {
  const target = reading.anchors.get(source);
  if (target === undefined) reject(placed, `the anchor ${quote(source)} is not defined above`);
  if (target === null) reject(placed, `the anchor ${quote(source)} holds itself`);
  count(target.size, placed, reading);
  return target;
}

function readScalar({ value, source }: Scalar, placed: Placed): Node {
  const isPlain = typeof value === "number" || typeof value === "boolean" || typeof value === "string";
  const plain = value === null || value === undefined ? null : isPlain ? value : String(value);
  return { kind: "scalar", value: plain, source: source ?? String(plain ?? ""), ...placed };
}

function readList(list: YAMLSeq<YamlNode | null>, placed: Placed, reading: Reading, depth: number): Node {
  const items = list.items.map((item) =>
    item === null ? nothingAt(placed) : read(item, reading, depth + 1).node
  );
  return { kind: "list", items, ...placed };
}

function readMap(
  map: YAMLMap<YamlNode, YamlNode | null>,
  placed: Placed,
  reading: Reading,
  depth: number,
): Node {
  const own = new Map<string, Entry>();
  const merged: MapNode[] = [];
  for (const pair of map.items) {
    const { name, at } = keyOf(pair, reading);
    const value = pair.value === null ? nothingAt(at) : read(pair.value, reading, depth + 1).node;
    if (name === "<<") merged.push(...mergedMaps(value));
    else if (own.has(name)) {
      reject(at, `the key ${quote(name)} is in one map twice`, "remove one of the two");
    } else own.set(name, { key: name, value, ...at });
  }
  if (merged.length === 0) return { kind: "map", entries: own, ...placed };
  // Of several the first wins, and the map itself over all of them.
  const entries = new Map(merged.toReversed().flatMap((one) => [...one.entries]));
  for (const [key, entry] of own) entries.set(key, entry);
  return { kind: "map", entries, ...placed };
}

function keyOf({ key }: Pair<YamlNode, unknown>, reading: Reading): { name: string; at: Placed } {
  const at = placeOf(key, reading);
  if (isScalar(key)) return { name: key.source ?? String(key.value ?? ""), at };
  return reject(at, "a key has to be a text");
}

function mergedMaps(value: Node): readonly MapNode[] {
  if (value.kind === "map") return [value];
  if (value.kind === "list") return value.items.flatMap(mergedMaps);
  return reject(value, "`<<` merges maps, and this is none");
}

function nothingAt({ file, line }: Placed): Node {
  return { kind: "scalar", value: null, source: "", file, line };
}

function placeOf(node: YamlNode | null, { file, lines }: Reading): Placed {
  const offset = node?.range?.[0] ?? 0;
  return { file, line: Math.max(1, lines.linePos(offset).line) };
}
