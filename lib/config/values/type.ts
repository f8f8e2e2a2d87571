/**
 * Types of values: small combinators, of which the tables of keys are made. Each can read a value of a file, telling what
 * is wrong with it to the character, and can describe itself in words and in shape; reference and schema follow from that.
 */
import type { Report } from "../report.ts";
import type { Placeholders } from "../text/interpolate.ts";
import { describeItem, type Item } from "../toml/item.ts";

/** The text of a file, its bytes that are no UTF-8 as `rawText` has them; or why there is none, as a clause. */
export type FileText = { readonly text: string } | { readonly why: string };

/** The parts that reading a value takes beside the value. */
export interface Reading {
  readonly report: Report;
  readonly placeholders: Placeholders;
  readonly readFile: (path: string) => FileText;
  /** Where else than here a key is known, as nouns: `an actor`. */
  readonly placesOf: (key: string) => readonly string[];
}

/** The values that a type accepts, for schemas and references. Every text may have placeholders, which no pattern has to allow. */
export type Shape =
  | { readonly kind: "any" }
  | { readonly kind: "boolean"; readonly only?: true }
  | { readonly kind: "integer" | "number"; readonly min: number; readonly max: number }
  /** `unit`: of the number that comes out of it. */
  | { readonly kind: "string"; readonly pattern?: string; readonly unit?: "milliseconds" | "bytes" }
  | { readonly kind: "enum"; readonly values: readonly string[] }
  | { readonly kind: "list"; readonly of: Shape }
  /** `names`: the keys that there are; any without it. */
  | { readonly kind: "record"; readonly of: Shape; readonly names?: readonly string[] }
  | { readonly kind: "table"; readonly name: string }
  | { readonly kind: "any-of"; readonly shapes: readonly Shape[] };

/** A type whose values come out as `T`. */
export interface Type<T> {
  /** As a noun: `a duration`. */
  readonly name: string;
  /** A right value, as a noun with an example: `a duration such as "10s"`. */
  readonly expected: string;
  readonly shape: Shape;
  /** The value, or undefined after reporting why there is none. */
  readonly read: (item: Item, reading: Reading) => T | undefined;
  /** TOML text that says what `item` most likely meant; null if there is no guess. */
  readonly suggest: (item: Item) => string | null;
}

/** The values of a type. */
export type TypeOf<X> = X extends Type<infer T> ? T : never;

/** Reports that `item` is not of `type` at all. */
export function rejectItem(
  item: Item,
  type: Pick<Type<unknown>, "name" | "expected" | "suggest">,
  reading: Reading,
): undefined {
  const suggestion = type.suggest(item);
  return reading.report.add(
    "config/wrong-type",
    item.span,
    `this is ${describeItem(item)}, not ${type.name}`,
    {
      expected: type.expected,
      hint: suggestion === null ? null : `write ${suggestion}`,
    },
  );
}
