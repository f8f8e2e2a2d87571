/** Writes a draft as a person would: scalars in a line, tables inline, lists over several lines where one is too long. */
import type { DraftTable, DraftTree, DraftValue } from "./draft.ts";

/** A longer line is broken up, where it can be. */
const WIDTH = 100;

/** The text of a configuration. @param header What is said at the top, a line each. */
export function writeToml(draft: DraftTree, header: readonly string[] = []): string {
  const blocks = [...(header.length === 0 ? [] : [commented(header)]), ...treeBlocks(draft, "")];
  return `${blocks.join("\n\n")}\n`;
}

function treeBlocks(tree: DraftTree, path: string): string[] {
  const under = (name: string) => path === "" ? name : `${path}.${name}`;
  const own = block(tree, path === "" ? null : path);
  const defaults = tree.defaults.keys.size === 0 ? null : block(tree.defaults, under("defaults"));
  return [
    ...(path === "" && own === "" ? [] : [own]),
    ...(defaults === null ? [] : [defaults]),
    ...tree.actors.map((actor) => block(actor, under(`actors.${actor.name}`))),
    ...tree.trees.flatMap((child) => treeBlocks(child, under(`trees.${child.name}`))),
  ];
}

function block({ comments, keys, notes }: DraftTable, head: string | null): string {
  return [
    ...(comments.length === 0 ? [] : [commented(comments)]),
    ...(head === null ? [] : [`[${head}]`]),
    ...[...keys].map(([key, value]) => line(key, value, notes.get(key) ?? null)),
  ].join("\n");
}

function commented(lines: readonly string[]): string {
  return lines.flatMap((text) => oneLine(text)).map((text) => `# ${text}`.trimEnd()).join("\n");
}

function line(key: string, value: DraftValue, note: string | null): string {
  const start = `${keyText(key)} = `;
  const written = valueText(value);
  const behind = note === null ? "" : `  # ${oneLine(note).join(" ")}`;
  if (start.length + written.length <= WIDTH || !Array.isArray(value)) return `${start}${written}${behind}`;
  return [`${start}[${behind}`, ...value.map((item) => `  ${valueText(item)},`), "]"].join("\n");
}

/** A comment ends with its line, and holds no control characters. */
function oneLine(text: string): string[] {
  return text.split(/\r\n|[\r\n]/).map((part) => part.replace(/[\p{Cc}\p{Cs}]/gu, " "));
}

/** A value in one line. */
export function valueText(value: DraftValue): string {
  if (typeof value === "string") return stringText(value);
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(", ")}]`;
  const entries = Object.entries(value);
  if (entries.length === 0) return "{}";
  return `{ ${entries.map(([key, item]) => `${keyText(key)} = ${valueText(item)}`).join(", ")} }`;
}

/** A key, quoted if it has to be. */
export function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : basicText(key);
}

/** A text with backslashes or double quotes reads better as a literal, where that is possible. */
function stringText(text: string): string {
  return /["\\]/.test(text) && !/['\p{Cc}\p{Cs}]/u.test(text) ? `'${text}'` : basicText(text);
}

function basicText(text: string): string {
  // JSON escapes all that TOML wants escaped, but for DEL and the controls behind it.
  const escaped = JSON.stringify(text.toWellFormed()).replace(
    /[\u007f-\u009f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return escaped;
}
