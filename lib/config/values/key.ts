import type { Field } from "./compound.ts";
import type { Type } from "./type.ts";

/** One key in a table of keys. */
export type Key = ValueKey<unknown, unknown> | LaterKey | SectionKey;

/** A key with a value. */
export interface ValueKey<T, D> {
  readonly kind: "value";
  readonly type: Type<T>;
  /** The value without the key; null if that depends, or is nothing at all. */
  readonly byDefault: D;
  /** One sentence for people. */
  readonly doc: string;
  /** A value as TOML text, which says something beside the default. */
  readonly example: string;
}

/** A key that users will have, and that this version refuses. */
export interface LaterKey {
  readonly kind: "later";
  readonly doc: string;
}

/** A key that holds a table of another kind; `isMany`: tables by name. */
export interface SectionKey {
  readonly kind: "section";
  readonly holds: "actor" | "tree" | "defaults";
  readonly isMany: boolean;
  readonly doc: string;
}

/** A table of keys. */
export type Keys = Readonly<Record<string, Key>>;

/** A kind of table: its name in schemas, what messages call it, and its keys. */
export interface TableKind<K extends Keys> {
  readonly name: string;
  /** As a noun: `an actor`. */
  readonly title: string;
  readonly keys: K;
  /** Keys of which a table has exactly one. */
  readonly exactlyOne?: readonly string[];
}

/** The values of a table, each with its place; those that are absent or could not be read are missing. */
export type Fields<K extends Keys> = {
  readonly [N in keyof K as K[N] extends LaterKey | SectionKey ? never : N]?: K[N] extends
    ValueKey<infer T, unknown> ? Field<T> : never;
};

/** A key with a value. */
export function key<T, const D extends T | null>(
  type: Type<T>,
  byDefault: D,
  doc: string,
  example: string,
): ValueKey<T, D> {
  return { kind: "value", type, byDefault, doc, example };
}

/** A key that this version refuses. */
export function later(doc: string): LaterKey {
  return { kind: "later", doc };
}

/** The value of a field, or what its key says that holds without it. */
export function valueOf<T, D>(field: Field<T> | undefined, { byDefault }: ValueKey<T, D>): T | D {
  return field === undefined ? byDefault : field.value;
}
