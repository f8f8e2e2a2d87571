import type { Item, TableEntry } from "../toml/item.ts";
import type { Span } from "../toml/source.ts";
import { type Reading, rejectItem, type Shape, type Type } from "./type.ts";

/** A value that was read, and where it stands. */
export interface Field<T> {
  readonly value: T;
  readonly at: Span;
  readonly keyAt: Span;
}

/** A list; `example` shows one, `suggest` makes one of another value. */
export function list<T>(
  of: Type<T>,
  example: string,
  suggest: Type<T>["suggest"] = (item) => suggestList(item, of),
): Type<readonly T[]> {
  const type: Type<readonly T[]> = {
    name: "a list",
    expected: `a list such as ${example}`,
    shape: { kind: "list", of: of.shape },
    read: (item, reading) => {
      if (item.kind !== "list") return rejectItem(item, type, reading);
      const values = item.items.map((element) => of.read(element, reading));
      return values.includes(undefined) ? undefined : values as readonly T[];
    },
    suggest,
  };
  return type;
}

function suggestList<T>(item: Item, of: Type<T>): string | null {
  if (!("source" in item)) return null;
  return `[${item.kind === "string" ? item.source : of.suggest(item) ?? item.source}]`;
}

/** Options of a record. */
export interface RecordOptions<T> {
  readonly name: string;
  readonly example: string;
  readonly of: Type<T>;
  /** Whether a key may be used; reports why not. */
  readonly isKey?: (entry: TableEntry, reading: Reading) => boolean;
}

/** A table whose keys are names that the user chooses. Entries that cannot be read are left out. */
export function record<T>(
  { name, example, of, isKey }: RecordOptions<T>,
): Type<ReadonlyMap<string, Field<T>>> {
  const type: Type<ReadonlyMap<string, Field<T>>> = {
    name,
    expected: `a table such as ${example}`,
    shape: { kind: "record", of: of.shape },
    read: (item, reading) => {
      if (item.kind !== "table") return rejectItem(item, type, reading);
      const fields = new Map<string, Field<T>>();
      for (const entry of item.entries.values()) {
        if (isKey?.(entry, reading) === false) continue;
        const value = of.read(entry.item, reading);
        if (value !== undefined) fields.set(entry.key, { value, at: entry.item.span, keyAt: entry.keySpan });
      }
      return fields;
    },
    suggest: () => null,
  };
  return type;
}

/** A value that may be written in two ways, told apart by what kind of TOML value it is. */
export function either<A, B>(first: Type<A>, second: Type<B>): Type<A | B> {
  const type: Type<A | B> = {
    name: `${first.name} or ${second.name}`,
    expected: `${first.expected}, or ${second.expected}`,
    shape: { kind: "any-of", shapes: [first.shape, second.shape] },
    read: (item, reading) => {
      if (isOfKind(item, first.shape)) return first.read(item, reading);
      return isOfKind(item, second.shape) ? second.read(item, reading) : rejectItem(item, type, reading);
    },
    suggest: (item) => first.suggest(item) ?? second.suggest(item),
  };
  return type;
}

/** `type` with its values converted. */
export function mapped<A, B>(type: Type<A>, convert: (value: A) => B): Type<B> {
  return {
    ...type,
    read: (item, reading) => {
      const value = type.read(item, reading);
      return value === undefined ? undefined : convert(value);
    },
  };
}

function isOfKind(item: Item, shape: Shape): boolean {
  const isTable = shape.kind === "record" || shape.kind === "table";
  return item.kind === (isTable ? "table" : shape.kind === "enum" ? "string" : shape.kind);
}
