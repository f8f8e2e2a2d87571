/** Reading values of a document as what they have to be. A value that is something else is told with its file and line. */
import { ExitCode } from "../../base/exit_code.ts";
import { UserError } from "../../base/user_error.ts";
import { describeNode, type Entry, type ListNode, type MapNode, type Node, type Placed } from "./node.ts";

/** Ends the import at a place of a file. @throws {UserError} `import/not-readable` always */
export function reject({ file, line }: Placed, message: string, hint: string | null = null): never {
  throw new UserError("import/not-readable", `${file}:${line}: ${message}`, {
    ...(hint === null ? {} : { hint }),
    exitCode: ExitCode.badConfig,
  });
}

/** A map; `what` says of what, as a noun: `"services"`. */
export function mapOf(node: Node, what: string): MapNode {
  if (node.kind === "map") return node;
  return reject(node, `${what} is ${describeNode(node)}, and has to be a map of keys`);
}

/** A list. */
export function listOf(node: Node, what: string): ListNode {
  if (node.kind === "list") return node;
  return reject(node, `${what} is ${describeNode(node)}, and has to be a list`);
}

/** A text; a number or a boolean counts as it is written. */
export function textOf(node: Node, what: string): string {
  if (node.kind === "scalar" && node.value !== null) {
    return typeof node.value === "string" ? node.value : node.source;
  }
  return reject(node, `${what} is ${describeNode(node)}, and has to be a text`);
}

/** A list of texts, or one text. */
export function textsOf(node: Node, what: string): readonly string[] {
  if (node.kind !== "list") return [textOf(node, what)];
  return node.items.map((item) => textOf(item, `an item of ${what}`));
}

const YES = /^(?:true|yes|on|y)$/i;
const NO = /^(?:false|no|off|n)$/i;

/** A boolean, in all the spellings of YAML. */
export function flagOf(node: Node, what: string): boolean {
  if (node.kind === "scalar" && typeof node.value === "boolean") return node.value;
  const text = textOf(node, what);
  if (YES.test(text)) return true;
  if (NO.test(text)) return false;
  return reject(node, `${what} is ${JSON.stringify(text)}, and has to be true or false`);
}

/** A number. */
export function numberOf(node: Node, what: string): number {
  const text = textOf(node, what).trim();
  const number = Number(text);
  if (text !== "" && Number.isFinite(number)) return number;
  return reject(node, `${what} is ${JSON.stringify(text)}, and has to be a number`);
}

/** A whole number of at least `min`. */
export function integerOf(node: Node, what: string, min = 0): number {
  const number = numberOf(node, what);
  if (Number.isSafeInteger(number) && number >= min) return number;
  return reject(node, `${what} is ${number}, and has to be a whole number of at least ${min}`);
}

/** The value of a key; null if there is none, or it says nothing. */
export function valueOf(map: MapNode, key: string): Node | null {
  const value = map.entries.get(key)?.value;
  return value === undefined || (value.kind === "scalar" && value.value === null) ? null : value;
}

/** The entry of a key; null if there is none. */
export function entryOf(map: MapNode, key: string): Entry | null {
  return map.entries.get(key) ?? null;
}
