import type { KeyFacts, TableFacts } from "./key_facts.ts";

/** A table, with the keys that are told at it, and those that mean the same at a table that was told before. */
export interface ToldTable {
  readonly table: TableFacts;
  readonly keys: readonly KeyFacts[];
  readonly before: readonly { readonly table: TableFacts; readonly keys: readonly KeyFacts[] }[];
}

/** The tables with each key at the first of those that have it in one meaning. PURE. */
export function toldOnce(tables: readonly TableFacts[]): readonly ToldTable[] {
  return tables.map((table, index) => {
    const earlier = tables.slice(0, index);
    const toldAt = (key: KeyFacts) => earlier.find(({ keys }) => keys.some((one) => isSame(one, key)));
    return {
      table,
      keys: table.keys.filter((key) => toldAt(key) === undefined),
      before: earlier.map((one) => ({ table: one, keys: table.keys.filter((key) => toldAt(key) === one) }))
        .filter(({ keys }) => keys.length > 0),
    };
  });
}

function isSame(one: KeyFacts, other: KeyFacts): boolean {
  return one.name === other.name && one.doc === other.doc && one.byDefault === other.byDefault &&
    one.example === other.example;
}
