/** One file or one part of it over another, as `extends` and files that override others have it. */
import { type Entry, type ListNode, type MapNode, type Node, textNode } from "./node.ts";

/** The keys whose values replace the values below, and are not added to them. */
const REPLACED: ReadonlySet<string> = new Set(["command", "entrypoint", "test"]);

/** The keys whose map may be written as a list of `NAME=value` or of names. */
const LISTED_MAPS: ReadonlySet<string> = new Set([
  "environment",
  "labels",
  "annotations",
  "args",
  "sysctls",
  "extra_hosts",
  "depends_on",
  "networks",
]);

/** `over` on top of `base`. */
export function mergeMaps(base: MapNode, over: MapNode): MapNode {
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    const below = entries.get(key);
    entries.set(
      key,
      below === undefined ? entry : { ...entry, value: merged(key, below.value, entry.value) },
    );
  }
  return { ...over, entries };
}

function merged(key: string, base: Node, over: Node): Node {
  if (over.isOverride === true || REPLACED.has(key)) return over;
  if (LISTED_MAPS.has(key)) return mergedAsMaps(key, base, over);
  if (key === "build") return mergedAsMaps(key, withContext(base), withContext(over));
  if (base.kind === "map" && over.kind === "map") return mergeMaps(base, over);
  if (base.kind === "list" && over.kind === "list") return { ...over, items: [...base.items, ...over.items] };
  return over;
}

function mergedAsMaps(key: string, base: Node, over: Node): Node {
  const [below, above] = [base, over].map((node) => node.kind === "list" ? asMap(key, node) : node);
  return below!.kind === "map" && above!.kind === "map" ? mergeMaps(below!, above!) : over;
}

/** `- NAME=value` as `NAME: value`; a name alone has no value, or in `depends_on` the condition that it stands for. */
export function asMap(key: string, list: ListNode): MapNode {
  const entries = list.items.flatMap((item): [string, Entry][] => {
    if (item.kind !== "scalar" || item.value === null) return [];
    const text = typeof item.value === "string" ? item.value : item.source;
    const at = text.indexOf("=");
    const name = at === -1 ? text : text.slice(0, at);
    const value: Node = at === -1
      ? key === "depends_on" ? startedAt(item) : { ...item, value: null, source: "" }
      : textNode(text.slice(at + 1), item);
    return [[name, { key: name, value, file: item.file, line: item.line }]];
  });
  return { kind: "map", entries: new Map(entries), file: list.file, line: list.line };
}

function startedAt({ file, line }: Node): MapNode {
  const condition: Entry = {
    key: "condition",
    value: textNode("service_started", { file, line }),
    file,
    line,
  };
  return { kind: "map", entries: new Map([["condition", condition]]), file, line };
}

function withContext(build: Node): Node {
  if (build.kind !== "scalar") return build;
  const { file, line } = build;
  return {
    kind: "map",
    entries: new Map([["context", { key: "context", value: build, file, line }]]),
    file,
    line,
  };
}
