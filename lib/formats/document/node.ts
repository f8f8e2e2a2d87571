/** A file of another tool as values with their places, whichever syntax it is written in. */

/** A value and where it stands. */
export type Node = MapNode | ListNode | ScalarNode;

/** Where something stands. */
export interface Placed {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** The properties that values of every kind have. */
interface Marked extends Placed {
  /** Whether it replaces what a file below has, rather than adds to it. @default No */
  readonly isOverride?: boolean;
}

/** Keys with values, in the order of the file. */
export interface MapNode extends Marked {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, Entry>;
}

/** One key of a map; its place is that of the key. */
export interface Entry extends Placed {
  readonly key: string;
  readonly value: Node;
}

/** Values in order. */
export interface ListNode extends Marked {
  readonly kind: "list";
  readonly items: readonly Node[];
}

/** A text, a number, a boolean, or nothing. */
export interface ScalarNode extends Marked {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  /** As the file writes it, without quotes: `1.10` is no `1.1`. */
  readonly source: string;
}

/** The kind of a value, for messages: `a list`. */
export function describeNode(node: Node): string {
  if (node.kind !== "scalar") return node.kind === "list" ? "a list" : "a map of keys";
  if (node.value === null) return "nothing";
  return typeof node.value === "string" ? "a text" : `a ${typeof node.value}`;
}

/** Whether nothing is said. */
export function isNothing(node: Node): boolean {
  return node.kind === "scalar" && node.value === null;
}

/** A text that stands at the place of something else. */
export function textNode(text: string, { file, line }: Placed): ScalarNode {
  return { kind: "scalar", value: text, source: text, file, line };
}
