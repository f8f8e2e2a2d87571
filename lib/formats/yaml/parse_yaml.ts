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
const MOST_CHARACTERS = 2 * 1_024 * 1_024;
const MOST_DEPTH = 100;
/** So many values a file may have when all aliases are followed. */
const MOST_VALUES = 200_000;

type YamlNode = Alias | Scalar | YAMLMap | YAMLSeq;

interface Reading {
  readonly file: string;
  readonly lines: LineCounter;
  /** By their anchors: what has been read, or null while it is being read. */
  readonly anchors: Map<string, Read | null>;
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
  if (error !== undefined) rejectSyntax(error, { file, lines, anchors: new Map() });
  if (document.contents === null) return null;
  return read(document.contents as YamlNode, { file, lines, anchors: new Map() }, 0).node;
}

function parsed(text: string, file: string, lineCounter: LineCounter): Document {
  try {
    return parseDocument(text.replace(/^\uFEFF/, ""), {
      lineCounter,
      prettyErrors: false,
      logLevel: "silent",
      schema: "core",
      version: "1.2",
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return reject({ file, line: 1 }, "its lists or maps nest too deeply");
  }
}

/** What the parser says of some mistakes is about its own terms. */
const HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "indent with spaces",
  BAD_INDENT: "indent what belongs together alike",
  MULTIPLE_DOCS: "split it into a file for each document",
  DUPLICATE_KEY: "remove one of the two",
  BAD_ALIAS: "define the anchor before it is used",
};

function rejectSyntax(error: YAMLError, reading: Reading): never {
  const line = reading.lines.linePos(error.pos[0]).line;
  const [message = ""] = error.message.split("\n");
  const said = message.replace(/\s+at line \d+, column \d+:?$/, "");
  const what = `this is no YAML: ${said.slice(0, 1).toLowerCase()}${said.slice(1)}`;
  return reject({ file: reading.file, line: Math.max(1, line) }, what, HINTS[error.code] ?? null);
}

function read(from: YamlNode, reading: Reading, depth: number): Read {
  const placed = placeOf(from, reading);
  if (depth > MOST_DEPTH) reject(placed, `it nests more than ${MOST_DEPTH} levels deep`);
  if (isAlias(from)) return aliased(from, placed, reading);
  const { anchor } = from;
  if (anchor !== undefined) reading.anchors.set(anchor, null);
  const result = isMap(from)
    ? readMap(from as YAMLMap<YamlNode, YamlNode | null>, placed, reading, depth)
    : isSeq(from)
    ? readList(from as YAMLSeq<YamlNode | null>, placed, reading, depth)
    : readScalar(from, placed);
  if (result.size > MOST_VALUES) {
    reject(placed, "with all its aliases followed, this has far too many values");
  }
  if (anchor !== undefined) reading.anchors.set(anchor, result);
  return result;
}

function aliased({ source }: Alias, placed: Placed, { anchors }: Reading): Read {
  const target = anchors.get(source);
  if (target === undefined) reject(placed, `the anchor ${quote(source)} is not defined above`);
  if (target === null) reject(placed, `the anchor ${quote(source)} holds itself`);
  return target;
}

function readScalar(scalar: Scalar, placed: Placed): Read {
  const { value, source, tag } = scalar;
  // Docker compose takes a value away with it.
  const isReset = tag === "!reset";
  const isPlain = typeof value === "number" || typeof value === "boolean" || typeof value === "string";
  const plain = isReset || value === null || value === undefined ? null : isPlain ? value : String(value);
  return {
    node: { kind: "scalar", value: plain, source: source ?? String(plain ?? ""), ...placed },
    size: 1,
  };
}

function readList(list: YAMLSeq<YamlNode | null>, placed: Placed, reading: Reading, depth: number): Read {
  const items = list.items.map((item) => item === null ? nothingAt(placed) : read(item, reading, depth + 1));
  return {
    node: { kind: "list", items: items.map(({ node }) => node), ...placed },
    size: 1 + items.reduce((sum, { size }) => sum + size, 0),
  };
}

function readMap(
  map: YAMLMap<YamlNode, YamlNode | null>,
  placed: Placed,
  reading: Reading,
  depth: number,
): Read {
  const own = new Map<string, Entry>();
  const merged: MapNode[] = [];
  let size = 1;
  for (const pair of map.items) {
    const { name, at } = keyOf(pair, reading);
    const value = pair.value === null ? nothingAt(at) : read(pair.value, reading, depth + 1);
    size += value.size;
    if (name === "<<") merged.push(...mergedMaps(value.node));
    else own.set(name, { key: name, value: value.node, ...at });
  }
  if (merged.length === 0) return { node: { kind: "map", entries: own, ...placed }, size };
  // Of several the first wins, and the map itself over all of them.
  const entries = new Map(merged.toReversed().flatMap((one) => [...one.entries]));
  for (const [key, entry] of own) entries.set(key, entry);
  return { node: { kind: "map", entries, ...placed }, size };
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

function nothingAt(placed: Placed): Read {
  return { node: { kind: "scalar", value: null, source: "", ...placed }, size: 1 };
}

function placeOf(node: YamlNode | null, { file, lines }: Reading): Placed {
  const offset = node?.range?.[0] ?? 0;
  return { file, line: Math.max(1, lines.linePos(offset).line) };
}
