import { ACTOR } from "../keys/actor.ts";
import type { TableEntry, TableItem } from "../toml/item.ts";
import { readTable } from "../values/table.ts";
import { type Reading, rejectItem } from "../values/type.ts";
import type { DeclaredActor } from "./declared.ts";
import { inherit, layersOf } from "./defaults.ts";
import type { DefaultsReader } from "./read_defaults.ts";

/** An actor, or all of its replicas. */
export function readActor(
  { key, keySpan, item }: TableEntry,
  defaults: DefaultsReader,
  reading: Reading,
): readonly DeclaredActor[] {
  if (item.kind !== "table") {
    const expected = 'a table such as { exec = "./web" }';
    const suggest = () => item.kind === "string" ? `${key} = { exec = ${item.source} }` : null;
    rejectItem(item, { name: "an actor", expected, suggest }, reading);
    return [];
  }
  const before = reading.report.errorCount();
  const { dir } = reading.placeholders;
  const common = { kind: "actor", name: key, at: keySpan, dir } as const;
  let copy = readCopy(item, defaults, reading);
  const count = copy.fields.replicas?.value;
  if (count === undefined) return [{ ...common, ...copy, replica: null }];
  const copies: DeclaredActor[] = [{ ...common, ...copy, replica: 1 }];
  for (let replica = 2; replica <= count; replica++) {
    // A fault of one of them is a fault of the others, and worth one message.
    const isFine = reading.report.errorCount() === before;
    if (isFine) copy = readCopy(item, defaults, asReplica(reading, replica));
    copies.push({ ...common, ...copy, replica });
  }
  return copies;
}

function asReplica(reading: Reading, replica: number): Reading {
  return { ...reading, placeholders: { ...reading.placeholders, replica } };
}

function readCopy(
  item: TableItem,
  defaults: DefaultsReader,
  reading: Reading,
): Pick<DeclaredActor, "fields" | "present" | "layers" | "isSound"> {
  const before = reading.report.errorCount();
  const { fields: own, present } = readTable(item, ACTOR, reading);
  const isSound = reading.report.errorCount() === before;
  const inherited = defaults(reading);
  const fields = inherit(own, inherited.fields);
  const layers = [...inherited.layers, ...layersOf(own)];
  return { fields, present, layers, isSound };
}
