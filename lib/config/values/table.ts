import { nearestName } from "../../base/nearest.ts";
import type { TableEntry, TableItem } from "../toml/item.ts";
import type { Span } from "../toml/source.ts";
import { anyOf, didYouMean, quote } from "../wording.ts";
import type { Field } from "./compound.ts";
import type { Fields, Keys, TableKind } from "./key.ts";
import { type ForeignWord, foreignWord, foreignWords, type Meaning } from "./foreign_words.ts";
import { type Reading, rejectItem, type Type } from "./type.ts";

/** A table that was read. */
export interface TableValue<K extends Keys> {
  readonly at: Span;
  readonly fields: Fields<K>;
  /** Where each key of the table stands, whether or not its value could be read. */
  readonly present: ReadonlyMap<string, Span>;
}

/** A table of one kind; `example` shows one, `suggest` makes one of another value. */
export function table<K extends Keys>(
  kind: TableKind<K>,
  example: string,
  suggest: Type<unknown>["suggest"] = () => null,
): Type<TableValue<K>> {
  const type: Type<TableValue<K>> = {
    name: "a table",
    expected: `a table such as ${example}`,
    shape: { kind: "table", name: kind.name },
    read: (item, reading) =>
      item.kind === "table" ? readTable(item, kind, reading) : rejectItem(item, type, reading),
    suggest,
  };
  return type;
}

/** Reads the values of a table and refuses what it cannot hold; its sections are left to the caller. */
export function readTable<K extends Keys>(
  item: TableItem,
  kind: TableKind<K>,
  reading: Reading,
): TableValue<K> {
  const fields: Record<string, Field<unknown>> = {};
  for (const entry of item.entries.values()) {
    const key = Object.hasOwn(kind.keys, entry.key) ? kind.keys[entry.key] : undefined;
    if (key === undefined) rejectUnknown(entry, kind, reading);
    else if (key.kind === "later") rejectLater(entry, reading);
    else if (key.kind === "value") {
      const value = key.type.read(entry.item, reading);
      if (value !== undefined) fields[entry.key] = { value, at: entry.item.span, keyAt: entry.keySpan };
    }
  }
  const present = new Map([...item.entries.values()].map((entry) => [entry.key, entry.keySpan]));
  // The loop reads each key by the type that the table gives it, which is what `Fields` says.
  return { at: item.span, fields: fields as Fields<K>, present };
}

function rejectLater({ key, keySpan }: TableEntry, { report }: Reading): void {
  report.add("config/not-supported-yet", keySpan, `${quote(key)} is not supported yet`, {
    hint: "remove it, or use a later version of supervise",
  });
}

function rejectUnknown<K extends Keys>(
  entry: TableEntry,
  { title, keys }: TableKind<K>,
  reading: Reading,
): void {
  const places = reading.placesOf(entry.key);
  const meant = suggestKey(entry.key, keys, places);
  const foreign = foreignHint(entry, keys, places);
  const isElsewhere = meant === null && foreign === null && places.length > 0;
  const isKnown = meant !== null || foreign !== null || isElsewhere;
  reading.report.add(
    "config/unknown-key",
    entry.keySpan,
    `unknown key ${quote(entry.key)}${didYouMean(meant)}`,
    {
      expected: isKnown ? null : `a key of ${title}: ${anyOf(supported(keys))}`,
      hint: isElsewhere
        ? `${quote(entry.key)} is a key of ${anyOf(places)}`
        : foreign ?? (meant === null ? dottedNameHint(entry, title) : null),
    },
  );
}

/** The advice on a key that is another tool's word, with its value; null if it is none, or has no meaning in this table. */
function foreignHint({ key, item }: TableEntry, keys: Keys, places: readonly string[]): string | null {
  const word = wordOf(key, places);
  const meaning = meaningOf(word, keys);
  if (word === null || (meaning === null && word.advice === null)) return null;
  const place = word.of === null ? "" : `in place of ${key} (${word.of}) `;
  return `${place}${meaning === null ? word.advice : `write ${meaning.write(item)}`}`;
}

/**
 * The key that was most likely meant by one that a table does not have, if there is one; not by a guess where the key is
 * known at other places, or is another tool's.
 */
export function suggestKey(typed: string, keys: Keys, places: readonly string[]): string | null {
  const word = wordOf(typed, places);
  const meaning = meaningOf(word, keys);
  if (meaning !== null) return meaning.key;
  return places.length > 0 || word !== null ? null : nearestKey(typed, keys);
}

/** Another tool's word; one of our own that is at the wrong place is no other's that is nearly spelt so. */
function wordOf(typed: string, places: readonly string[]): ForeignWord | null {
  const word = foreignWord(typed);
  return places.length > 0 && word?.word !== typed ? null : word;
}

/** The meaning that another tool's word has in a table. */
function meaningOf(word: ForeignWord | null, keys: Keys): Meaning | null {
  return word?.meanings.find(({ key }) => Object.hasOwn(keys, key)) ?? null;
}

function nearestKey(typed: string, keys: Keys): string | null {
  const words = foreignWords().filter((word) => meaningOf(word, keys) !== null).map(({ word }) => word);
  const nearest = nearestName(typed, [...Object.keys(keys), ...words]);
  return nearest === null || Object.hasOwn(keys, nearest)
    ? nearest
    : meaningOf(foreignWord(nearest), keys)!.key;
}

function supported(keys: Keys): readonly string[] {
  return Object.entries(keys).filter(([, key]) => key.kind !== "later").map(([name]) => name);
}

/** A dot in a header makes a table in a table, which is seldom what `[actors.my.app]` means. */
function dottedNameHint({ key, item }: TableEntry, title: string): string | null {
  if (item.kind !== "table" || !/^(?:an actor|a nested tree)$/.test(title)) return null;
  return `if ${quote(key)} is the end of a name with a dot in it: names have no dots, use - or _`;
}
