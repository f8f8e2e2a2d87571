import type { Span } from "./source.ts";

/**
 * A TOML document as the rest of the compiler sees it: values with their places. Headers, dotted keys and inline tables
 * all come out as the same tables, in order of first appearance.
 */
export type Item = StringItem | NumberItem | BooleanItem | DateItem | ListItem | TableItem;

interface Placed {
  readonly span: Span;
}

/** A text; its span includes the quotes. */
export interface StringItem extends Placed {
  readonly kind: "string";
  readonly value: string;
  /** As the file writes it, quotes and escapes included. */
  readonly source: string;
}

/** A number. */
export interface NumberItem extends Placed {
  readonly kind: "integer" | "float";
  readonly value: number;
  /** As the file writes it. */
  readonly source: string;
}

/** `true` or `false`. */
export interface BooleanItem extends Placed {
  readonly kind: "boolean";
  readonly value: boolean;
}

/** A date or a time. */
export interface DateItem extends Placed {
  readonly kind: "date";
  readonly source: string;
}

/** A list; `[[name]]` makes a list of tables. */
export interface ListItem extends Placed {
  readonly kind: "list";
  readonly items: readonly Item[];
}

/** A table; the span of one with a header is its name there. */
export interface TableItem extends Placed {
  readonly kind: "table";
  readonly entries: ReadonlyMap<string, TableEntry>;
}

/** One key of a table. */
export interface TableEntry {
  readonly key: string;
  /** The key where it is first mentioned. */
  readonly keySpan: Span;
  readonly item: Item;
}

/** The kind of an item, for messages: `an integer`. */
export function describeItem(item: Item): string {
  switch (item.kind) {
    case "string":
      return "a string";
    case "integer":
      return "an integer";
    case "float":
      return "a number";
    case "boolean":
      return "a boolean";
    case "date":
      return "a date";
    case "list":
      return "a list";
    case "table":
      return "a table";
  }
}
