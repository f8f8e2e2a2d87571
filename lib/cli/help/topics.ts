/** What `help` explains beside commands: errors and problems by their names, tables and keys of a configuration. */
import { CURES } from "../../base/error_cures.ts";
import { ERRORS } from "../../base/error_names.ts";
import { MACHINE_PROBLEMS, PROBLEMS } from "../../base/problem_names.ts";
import { type KeyFacts, languageFacts, type TableFacts } from "../../config/reference/key_facts.ts";

/** The name of an error, or of a problem of a configuration. */
export interface ErrorTopic {
  readonly name: string;
  readonly severity: "error" | "warning";
  readonly cause: string;
  /** Null where the hint of the message alone knows. */
  readonly cure: string | null;
}

/** A key at all places that have it in one meaning, with the tables that its value can be. */
export interface KeyTopic {
  readonly key: KeyFacts;
  /** How these places are written. */
  readonly places: readonly string[];
  readonly tables: readonly TableFacts[];
}

/** What a name stands for. */
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

/** All names that can be asked for, and what they are. */
export function topicNames(): readonly { readonly value: string; readonly doc: string }[] {
  const keys = new Map(languageFacts().flatMap(({ keys }) => keys).map(({ name, doc }) => [name, doc]));
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

/** All errors and problems. */
export function allErrors(): readonly ErrorTopic[] {
  const cure = (name: string) => (CURES as Readonly<Record<string, string | undefined>>)[name] ?? null;
  const plain = Object.entries({ ...ERRORS, ...MACHINE_PROBLEMS })
    .map(([name, cause]) => ({ name, severity: "error" as const, cause, cure: cure(name) }));
  const problems = Object.entries(PROBLEMS)
    .map(([name, { severity, doc }]) => ({ name, severity, cause: doc, cure: cure(name) }));
  return [...plain, ...problems];
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
