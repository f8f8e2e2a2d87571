import { demandOf, type KeyFacts, type TableFacts } from "../../config/reference/key_facts.ts";
import type { ErrorTopic } from "../help/error_topics.ts";
import type { KeyTopic, Topic } from "../help/topics.ts";
import type { Painter } from "./paint.ts";

/** The help about an error, a key or a table. */
export function renderTopic(topic: Topic, paint: Painter): string {
  switch (topic.kind) {
    case "error":
      return renderError(topic.error, paint);
    case "key":
      return topic.keys.map((key) => renderKey(key, paint)).join("\n\n");
    case "table":
      return [
        paint.bold(topic.table.header),
        ...demands(topic.table),
        "",
        ...keyLines(topic.table.keys, paint),
      ].join("\n");
  }
}

function renderError({ name, severity, cause, cure }: ErrorTopic, paint: Painter): string {
  const colour = severity === "error" ? paint.red : paint.yellow;
  return [
    `${colour(severity)}[${name}]`,
    `  ${paint.bold("Cause:")} ${cause}`,
    `  ${paint.bold("Cure:")}  ${cure}`,
  ].join("\n");
}

function renderKey({ key, places, tables }: KeyTopic, paint: Painter): string {
  const head = `${paint.bold(key.name)} at ${places.join(", ")}`;
  const facts: readonly (readonly [string, string | null])[] = [
    ["Takes", key.type],
    ["Default", key.byDefault],
    ["Example", key.example === null ? null : `${key.name} = ${key.example}`],
  ];
  const known = facts.flatMap(([name, value]) =>
    value === null ? [] : [`  ${paint.bold(`${name}:`.padEnd("Default:".length))} ${value}`]
  );
  // An actor or a tree has too many keys to be told by the way.
  const own = tables.filter(({ name }) => name === key.name || name === "alert");
  const below = own.flatMap((table) => [...demands(table), ...keyLines(table.keys, paint)]);
  const others = tables.filter((table) => !own.includes(table))
    .map(({ name }) => `  \`supervise help ${name}\` lists its keys.`);
  return [
    head,
    `  ${key.doc}`,
    ...known,
    ...others,
    ...(below.length === 0 ? [] : ["", ...below.map((line) => `  ${line}`)]),
  ].join("\n");
}

function demands(table: TableFacts): readonly string[] {
  const demand = demandOf(table, (name) => name);
  return demand === null ? [] : [demand];
}

function keyLines(keys: readonly KeyFacts[], paint: Painter): readonly string[] {
  const width = Math.max(...keys.map(({ name }) => name.length));
  return keys.map(({ name, doc, byDefault }) => {
    const told = byDefault === null ? "" : paint.dim(` (${byDefault})`);
    return `  ${paint.cyan(name.padEnd(width))}  ${doc}${told}`;
  });
}
