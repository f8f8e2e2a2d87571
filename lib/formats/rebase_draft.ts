/** Moves a draft to another folder, where its relative paths are to mean what they did before. */
import { relativePath } from "../base/posix_path.ts";
import type { DraftTable, DraftTree, DraftValue } from "./draft.ts";

/** Keys whose value is a path, or a list of paths. */
const PATHS = new Set(["cwd", "env_file", "stdin", "script", "module", "watch"]);
/** Keys whose value is a command: its program is a path if it has a slash. */
const COMMANDS = new Set(["exec", "command", "pre_start", "post_start", "pre_stop", "post_stop"]);
/** Tables that hold such keys, and the keys in them that are paths only there. */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  log: ["file"],
  ready: ["file"],
  health: [],
  hooks: [],
  stop: [],
  watch: ["paths"],
};

/** See the module. @param from The folder that paths are relative to now. @param to That which the file is in. */
export function rebaseDraft(draft: DraftTree, from: string, to: string): void {
  if (from === to) return;
  const way = relativePath(to, from);
  const rebase = (path: string) => /^(?:\/|\$|~)/.test(path) ? path : `${way}/${path.replace(/^\.\/+/, "")}`;
  const inside = (path: string) =>
    path.replace(/\$\{dir\}/g, (found, at: number) => path[at - 1] === "$" ? found : `\${dir}/${way}`);
  rebaseTree(draft, (value, kind) => {
    if (typeof value !== "string") return value;
    const text = inside(value);
    if (kind === "path" || (kind === "program" && text.includes("/"))) return rebase(text);
    return text;
  });
  // Relative to the folder of the file is the default, too.
  if (draft.defaults.keys.get("cwd") === undefined) draft.defaults.keys.set("cwd", way);
}

type Kind = "path" | "program" | "text";
type Change = (value: DraftValue, kind: Kind) => DraftValue;

function rebaseTree(tree: DraftTree, change: Change): void {
  for (const table of [tree, tree.defaults, ...tree.actors]) rebaseTable(table, change);
  for (const child of tree.trees) rebaseTree(child, change);
}

function rebaseTable({ keys }: DraftTable, change: Change): void {
  for (const [key, value] of keys) keys.set(key, rebaseValue(key, value, [], change));
}

function rebaseValue(
  key: string,
  value: DraftValue,
  morePaths: readonly string[],
  change: Change,
): DraftValue {
  if (isList(value)) {
    if (COMMANDS.has(key)) return value.map((word, index) => change(word, index === 0 ? "program" : "text"));
    const isPath = PATHS.has(key) || morePaths.includes(key);
    return value.map((item) => change(item, isPath ? "path" : "text"));
  }
  if (typeof value === "object") {
    const paths = TABLES[key] ?? [];
    return Object.fromEntries(
      Object.entries(value).map(([inner, item]) => [inner, rebaseValue(inner, item, paths, change)]),
    );
  }
  return change(
    value,
    PATHS.has(key) || morePaths.includes(key) ? "path" : COMMANDS.has(key) ? "program" : "text",
  );
}

function isList(value: DraftValue): value is readonly DraftValue[] {
  return Array.isArray(value);
}
