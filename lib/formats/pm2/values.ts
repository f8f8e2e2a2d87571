/** The values that the code of a configuration makes: plain data, and stand-ins for things that are not looked at. */
import { literal } from "../literal.ts";

/** See the module. */
export type Value =
  | undefined
  | null
  | boolean
  | number
  | string
  | EnvText
  | Opaque
  | Variables
  | ListValue
  | RecordValue
  | FunctionValue;

/** A function: of the file itself, or one of the few of JavaScript that are known. */
export class FunctionValue {
  readonly call: (args: readonly Value[]) => Value;

  constructor(call: (args: readonly Value[]) => Value) {
    this.call = call;
  }
}

/** A text with variables of the environment, which are read when the tree starts and not now. */
export class EnvText {
  /** With our placeholders, all else literal. */
  readonly text: string;
  /** The text at the moment; undefined for a variable that is not set. */
  readonly now: string | undefined;
  /** The variables, for people. */
  readonly names: readonly string[];

  constructor(text: string, now: string | undefined, names: readonly string[]) {
    this.text = text;
    this.now = now;
    this.names = names;
  }
}

/** A value that comes from a module, a file or the machine: nothing of it is known. */
export class Opaque {
  /** As it stands in the file. */
  readonly origin: string;

  constructor(origin: string) {
    this.origin = origin;
  }
}

/** `process.env` as a whole. */
export class Variables {}

/** A list. */
export class ListValue {
  readonly items: Value[];

  constructor(items: Value[]) {
    this.items = items;
  }
}

/** A value of a record, and where it stands. */
export interface Member {
  readonly value: Value;
  readonly line: number | null;
}

/** An object with its own keys alone: it has no prototype that could be reached. */
export class RecordValue {
  readonly members = new Map<string, Member>();

  get(name: string): Value {
    return this.members.get(name)?.value;
  }

  set(name: string, value: Value, line: number | null): void {
    this.members.set(name, { value, line });
  }
}

/** A record of values that are there already. */
export function recordOf(values: Readonly<Record<string, Value>>): RecordValue {
  const record = new RecordValue();
  for (const [name, value] of Object.entries(values)) record.set(name, value, null);
  return record;
}

/** The text of a value that can be one; null for any other. */
export function textOf(value: Value): string | EnvText | null {
  if (typeof value === "string" || value instanceof EnvText) return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}

/** Texts one after the other. */
export function joinTexts(parts: readonly (string | EnvText)[]): string | EnvText {
  if (parts.every((part) => typeof part === "string")) return parts.join("");
  const isSet = parts.every((part) => typeof part === "string" || part.now !== undefined);
  return new EnvText(
    parts.map((part) => typeof part === "string" ? literal(part) : part.text).join(""),
    isSet ? parts.map((part) => typeof part === "string" ? part : part.now).join("") : undefined,
    parts.flatMap((part) => typeof part === "string" ? [] : part.names),
  );
}

/** Data as JSON and YAML have it. */
export function valueOfJson(json: unknown): Value {
  if (Array.isArray(json)) return new ListValue(json.map(valueOfJson));
  if (typeof json === "object" && json !== null) {
    return recordOf(
      Object.fromEntries(Object.entries(json).map(([name, value]) => [name, valueOfJson(value)])),
    );
  }
  return typeof json === "string" || typeof json === "number" || typeof json === "boolean" || json === null
    ? json
    : undefined;
}
