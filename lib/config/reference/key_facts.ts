/**
 * The configuration language as data for people: every table with its keys, from the definition that validates. The schema,
 * the man page, `help KEY` and `docs/configuration.md` are renderings of it. PURE.
 */
import { ACTOR } from "../keys/actor.ts";
import { DEFAULTS } from "../keys/defaults.ts";
import { KINDS } from "../keys/kinds.ts";
import { INCLUDED, ROOT_TREE, TREE } from "../keys/supervisor.ts";
import type { Key, Keys, TableKind } from "../values/key.ts";
import type { Shape, Type } from "../values/type.ts";
import { anyOf, quote } from "../wording.ts";
import { writtenDefault } from "./written_default.ts";

/** The facts about a key. */
export interface KeyFacts {
  readonly name: string;
  /** The kind of its value, as a noun: `a duration`, `"skip", "queue" or "replace"`. */
  readonly type: string;
  /** TOML text of what holds without the key; null if nothing does, or it depends. */
  readonly byDefault: string | null;
  /** One sentence. */
  readonly doc: string;
  /** TOML text of a value; null for a section, and for a key that this version refuses. */
  readonly example: string | null;
  /** Names of the kinds of table that the value is, or holds. */
  readonly tables: readonly string[];
  /** Whether this version knows the key and refuses it. */
  readonly isLater: boolean;
}

/** The facts about a kind of table. */
export interface TableFacts {
  readonly name: string;
  /** How it is written: `[actors.NAME]`, or `ready` for the value of a key. */
  readonly header: string;
  /** As a noun: `an actor`. */
  readonly title: string;
  /** Keys of which a table has exactly one. */
  readonly exactlyOne: readonly string[];
  readonly keys: readonly KeyFacts[];
}

/** How tables are written that are not the value of a key of the same name. */
const HEADERS: Readonly<Record<string, string>> = {
  [ROOT_TREE.name]: "the top level of the file",
  [INCLUDED.name]: "an included file",
  [TREE.name]: "[trees.NAME]",
  [ACTOR.name]: "[actors.NAME]",
  defaults: "[defaults]",
  alert: "[[alerts]]",
};

/** Those that somebody reads of first; what others have in common with an earlier one is told there alone. */
const FIRST: readonly TableKind<Keys>[] = [ROOT_TREE, ACTOR, TREE, DEFAULTS, INCLUDED];

/** All kinds of table, in the order in which somebody reads of them. */
export function languageFacts(): readonly TableFacts[] {
  return [...FIRST, ...KINDS.filter((kind) => !FIRST.includes(kind))].map(tableFacts);
}

/** The sentence about the keys that a table must have; null if there is none. `write` marks their names up. */
export function demandOf({ exactlyOne }: TableFacts, write: (name: string) => string): string | null {
  const names = anyOf(exactlyOne.map(write));
  if (exactlyOne.length === 0) return null;
  return exactlyOne.length === 1 ? `It always has ${names}.` : `It has exactly one of ${names}.`;
}

function tableFacts({ name, title, keys, exactlyOne }: TableKind<Keys>): TableFacts {
  return {
    name,
    header: HEADERS[name] ?? name,
    title,
    exactlyOne: exactlyOne ?? [],
    keys: Object.entries(keys).map(([key, facts]) => keyFacts(key, facts)),
  };
}

function keyFacts(name: string, key: Key): KeyFacts {
  const common = { name, doc: key.doc, byDefault: null, example: null, tables: [], isLater: false };
  switch (key.kind) {
    case "later":
      return { ...common, type: "not in this version", isLater: true };
    case "section":
      return { ...common, type: key.isMany ? "tables by name" : "a table", tables: [key.holds] };
    case "value": {
      const { type, example } = key;
      return {
        ...common,
        type: typeText(type),
        byDefault: writtenDefault(key),
        example,
        tables: tablesIn(type.shape),
      };
    }
  }
}

/** A word of a few is named by all of them, and a number with its bounds. */
function typeText({ shape, name, expected }: Type<unknown>): string {
  if (shape.kind === "integer" || shape.kind === "number") return expected;
  const parts = (shape.kind === "any-of" ? shape.shapes : [shape]).map(shapeText);
  return parts.includes(null) ? name : parts.join(" or ");
}

/** Null if the look does not say what is meant by it. */
function shapeText(shape: Shape): string | null {
  switch (shape.kind) {
    case "enum":
      return shape.values.length > MOST_WORDS ? null : anyOf(shape.values.map(quote));
    case "table":
      return "a table";
    case "list":
      return "a list";
    default:
      return null;
  }
}

/** More are a list for another place. */
const MOST_WORDS = 6;

function tablesIn(shape: Shape): readonly string[] {
  if (shape.kind === "table") return [shape.name];
  if (shape.kind === "any-of") return shape.shapes.flatMap(tablesIn);
  return shape.kind === "list" || shape.kind === "record" ? tablesIn(shape.of) : [];
}
