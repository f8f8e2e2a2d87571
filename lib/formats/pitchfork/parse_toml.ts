/** TOML 1.1, which other tools take already, to nodes with their places. */
import { type AST, ParseError, parseTOML } from "toml-eslint-parser";
import { reject } from "../document/access.ts";
import type { Entry, MapNode, Node, Placed } from "../document/node.ts";

const MOST_CHARACTERS = 1_024 * 1_024;
const MOST_DEPTH = 64;

/** A map that is still being filled. */
interface OpenMap extends MapNode {
  readonly entries: Map<string, Entry>;
}

type Key = AST.TOMLBare | AST.TOMLQuoted;

/** The document of a text. @throws {UserError} `import/not-readable` */
export function parseToml(text: string, file: string): MapNode {
  if (text.length > MOST_CHARACTERS) {
    reject({ file, line: 1 }, "it is longer than 1 MiB, and so is no file that somebody has written");
  }
  const program = parsed(text.replace(/^\uFEFF/, ""), file);
  const root: OpenMap = { kind: "map", entries: new Map(), file, line: 1 };
  for (const node of program.body[0].body) {
    if (node.type === "TOMLTable") addTable(root, node, file);
    else addKeyValue(root, node, file, 0);
  }
  return root;
}

function parsed(text: string, file: string): AST.TOMLProgram {
  try {
    return parseTOML(text, { tomlVersion: "1.1" });
  } catch (error) {
    if (error instanceof ParseError) {
      return reject(
        { file, line: error.lineNumber },
        `this is no TOML: ${error.message.replace(/\.$/, "").toLowerCase()}`,
      );
    }
    // The parser itself runs out of stack.
    if (error instanceof RangeError) return reject({ file, line: 1 }, "its lists or tables nest too deeply");
    throw error;
  }
}

function addTable(root: OpenMap, node: AST.TOMLTable, file: string): void {
  const parent = descend(root, node.key.keys.slice(0, -1), file);
  const last = node.key.keys.at(-1)!;
  const table = node.kind === "array" ? appended(parent, last, file) : descend(parent, [last], file);
  for (const entry of node.body) addKeyValue(table, entry, file, 0);
}

function addKeyValue(map: OpenMap, node: AST.TOMLKeyValue, file: string, depth: number): void {
  const parent = descend(map, node.key.keys.slice(0, -1), file);
  const last = node.key.keys.at(-1)!;
  const key = nameOf(last);
  parent.entries.set(key, { key, value: nodeOf(node.value, file, depth), ...placeOf(last, file) });
}

function descend(from: OpenMap, keys: readonly Key[], file: string): OpenMap {
  let map = from;
  for (const node of keys) {
    const key = nameOf(node);
    const found = map.entries.get(key)?.value;
    const held = found?.kind === "list" ? found.items.at(-1) : found;
    map = held?.kind === "map" ? held as OpenMap : opened(map, node, file);
  }
  return map;
}

function opened(parent: OpenMap, node: Key, file: string): OpenMap {
  const place = placeOf(node, file);
  const made: OpenMap = { kind: "map", entries: new Map(), ...place };
  parent.entries.set(nameOf(node), { key: nameOf(node), value: made, ...place });
  return made;
}

function appended(parent: OpenMap, node: Key, file: string): OpenMap {
  const key = nameOf(node);
  const place = placeOf(node, file);
  const made: OpenMap = { kind: "map", entries: new Map(), ...place };
  const found = parent.entries.get(key)?.value;
  const items = found?.kind === "list" ? [...found.items, made] : [made];
  parent.entries.set(key, { key, value: { kind: "list", items, ...place }, ...place });
  return made;
}

function nodeOf(node: AST.TOMLContentNode, file: string, depth: number): Node {
  const place = placeOf(node, file);
  if (depth > MOST_DEPTH) return reject(place, `it nests more than ${MOST_DEPTH} levels deep`);
  switch (node.type) {
    case "TOMLArray":
      return { kind: "list", items: node.elements.map((item) => nodeOf(item, file, depth + 1)), ...place };
    case "TOMLInlineTable": {
      const map: OpenMap = { kind: "map", entries: new Map(), ...place };
      for (const entry of node.body) addKeyValue(map, entry, file, depth + 1);
      return map;
    }
    case "TOMLValue": {
      const { value } = node;
      const isPlain = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
      const plain = isPlain ? value : String(value);
      return { kind: "scalar", value: plain, source: String(plain), ...place };
    }
  }
}

function nameOf(node: Key): string {
  return node.type === "TOMLBare" ? node.name : node.value;
}

function placeOf(node: AST.TOMLNode, file: string): Placed {
  return { file, line: node.loc.start.line };
}
