/** The options of foreman: in a file `.foreman` beside the Procfile, those of its command line by their long names. */
import { type Document, parseDocument } from "yaml";
import { quote } from "../../config/wording.ts";
import { notReadable } from "../not_readable.ts";

/** The options of foreman; null for an option that is not given. */
export interface ForemanOptions {
  /** How many of each process, by name; `all` stands for those that are not named. */
  readonly formation: ReadonlyMap<string, number> | null;
  readonly port: number | null;
  readonly timeoutMs: number | null;
  /** Files of variables, relative to the folder. */
  readonly env: readonly string[] | null;
  /** The folder to run in, relative to that of the Procfile. */
  readonly root: string | null;
  readonly user: string | null;
  /** The names of the other options. */
  readonly others: readonly string[];
}

/** Without a file. */
export const NO_OPTIONS: ForemanOptions = {
  formation: null,
  port: null,
  timeoutMs: null,
  env: null,
  root: null,
  user: null,
  others: [],
};

/** Names of one option: older files have others. */
const FORMATION = ["formation", "m", "concurrency", "c"];
const KNOWN = [...FORMATION, "port", "p", "timeout", "t", "env", "e", "root", "d", "user", "u"];

/** @throws {UserError} `import/not-readable` */
export function parseForemanOptions(file: string, text: string): ForemanOptions {
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    throw notReadable(file, null, `it is no YAML: ${error.message}`, "write `port: 3000`, an option a line");
  }
  const options = valueOf(document);
  if (options === null) return NO_OPTIONS;
  if (typeof options !== "object" || Array.isArray(options)) {
    throw notReadable(file, null, "it has no options of foreman", "write `port: 3000`, an option a line");
  }
  const given = new Map(Object.entries(options));
  const find = (...names: readonly string[]) =>
    names.map((name) => given.get(name)).find((value) => value !== undefined) ?? null;
  const textOf = (value: unknown) => value === null ? null : String(value);
  const number = (value: unknown, name: string) => {
    if (value === null) return null;
    if (/^\d{1,9}$/.test(String(value))) return Number(value);
    throw notReadable(file, null, `${name} is no whole number`, `write ${name}: 5`);
  };
  const seconds = number(find("timeout", "t"), "timeout");
  const formation = textOf(find(...FORMATION));
  return {
    formation: formation === null ? null : parseFormation(formation, file),
    port: number(find("port", "p"), "port"),
    timeoutMs: seconds === null ? null : seconds * 1_000,
    env: textOf(find("env", "e"))?.split(",").map((path) => path.trim()).filter((path) => path !== "") ??
      null,
    root: textOf(find("root", "d")),
    user: textOf(find("user", "u")),
    others: [...given.keys()].filter((name) => !KNOWN.includes(name)),
  };
}

/** Undefined for a file that names values again and again, which none of foreman does. */
function valueOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    return undefined;
  }
}

/** `web=2,worker=1`. @param where What says it. @throws {UserError} `import/not-readable` */
export function parseFormation(text: string, where: string): ReadonlyMap<string, number> {
  return new Map(
    text.split(",").filter((item) => item.trim() !== "").map((item) => {
      const [, name, count] = /^\s*([\w-]+)\s*[=:]\s*(\d{1,4})\s*$/.exec(item) ?? [];
      if (name === undefined) {
        throw notReadable(
          where,
          null,
          `the formation has an item ${quote(item.trim())}`,
          "write web=2,worker=1",
        );
      }
      return [name, Number(count)];
    }),
  );
}
