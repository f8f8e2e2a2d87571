/** The topics that `help` explains beside commands: errors and problems by their names, tables and keys of a configuration. */
import { type KeyFacts, languageFacts, type TableFacts } from "../../config/reference/key_facts.ts";
import { errorGroups, type ErrorTopic } from "./error_topics.ts";

/** A key at all places that have it in one meaning, with the tables that its value can be. */
export interface KeyTopic {
  readonly key: KeyFacts;
  /** How these places are written. */
  readonly places: readonly string[];
  readonly tables: readonly TableFacts[];
}

/** The topic of a name. */
export type Topic =
  | { readonly kind: "error"; readonly error: ErrorTopic }
  | { readonly kind: "key"; readonly keys: readonly KeyTopic[] }
  | { readonly kind: "table"; readonly table: TableFacts };

/** Finds what a name stands for: `tree/not-running`, `unknown-key`, `depends_on`, `stop.grace`, `actor`. Null for nothing. */
export function topicCalled(name: string): Topic | null {
  const error = errorCalled(name);
  if (error !== null) return { kind: "error", error };
  const keys = keysCalled(name);
  if (keys.length > 0) return { kind: "key", keys };
  const table = languageFacts().find((table) => table.name === name || table.header === name);
  return table === undefined ? null : { kind: "table", table };
}

/** All names that can be asked for, and what they are: a key of a table in a key by the names of both, too. */
export function topicNames(): readonly { readonly value: string; readonly doc: string }[] {
  const tables = languageFacts();
  const names = new Set(tables.flatMap(({ keys }) => keys.map(({ name }) => name)));
  const keys = new Map(
    tables.flatMap((table) =>
      table.keys.flatMap(({ name, doc }): readonly (readonly [string, string])[] => [
        [name, doc],
        ...names.has(table.name) ? [[`${table.name}.${name}`, doc] as const] : [],
      ])
    ),
  );
  return [
    ...allErrors().map(({ name, cause }) => ({ value: name, doc: cause })),
    ...[...keys].map(([value, doc]) => ({ value, doc })),
  ];
}

function errorCalled(name: string): ErrorTopic | null {
  const all = allErrors();
  const exact = all.find((error) => error.name === name);
  if (exact !== undefined) return exact;
  const alike = all.filter((error) => error.name.endsWith(`/${name}`));
  return alike.length === 1 ? alike[0]! : null;
}

function allErrors(): readonly ErrorTopic[] {
  return errorGroups().flatMap(({ errors }) => errors);
}

function keysCalled(name: string): readonly KeyTopic[] {
  const facts = languageFacts();
  const [last, table] = name.split(".").toReversed();
  const isAt = (one: TableFacts) => table === undefined || one.name === table || one.header === `[${table}]`;
  const topics: KeyTopic[] = [];
  for (const one of facts.filter(isAt)) {
    for (const key of one.keys.filter((key) => key.name === last)) {
      const same = topics.findIndex((topic) => topic.key.doc === key.doc);
      if (same === -1) {
        const tables = facts.filter(({ name }) => key.tables.includes(name));
        topics.push({ key, places: [one.header], tables });
      } else topics[same] = { ...topics[same]!, places: [...topics[same]!.places, one.header] };
    }
  }
  return topics;
}
