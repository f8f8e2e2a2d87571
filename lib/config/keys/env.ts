import { grouped } from "../../base/counted.ts";
import { parseEnvFile } from "../text/dotenv.ts";
import type { Item, TableEntry } from "../toml/item.ts";
import { either, list, mapped, record } from "../values/compound.ts";
import { path, string } from "../values/text.ts";
import type { Reading, Type } from "../values/type.ts";
import { quote } from "../wording.ts";

/** Variables by name. */
export type Variables = ReadonlyMap<string, string>;

/** Variables that supervise sets for every process. */
const RESERVED = /^(?:SUPERVISE_.*|NOTIFY_SOCKET|WATCHDOG_USEC|LISTEN_.*)$/;

/** So many lines of one file are told one by one. */
const MOST_LINES = 20;

const RESERVED_HINT = "supervise sets it for every process; use another name";

/** `env`: variables that the file sets. */
export const env: Type<Variables> = mapped(
  record({ name: "a table of variables", example: '{ PORT = "8080" }', of: string, isKey: isVariable }),
  (fields) => new Map([...fields].map(([name, { value }]) => [name, value])),
);

const envFile: Type<Variables> = { ...path, read: readEnvFile };

/** `env_file`: one path or several, of which a later one wins; the value is what they set. */
export const envFiles: Type<Variables> = either(
  envFile,
  mapped(list(envFile, '[".env", ".env.local"]'), (files) => new Map(files.flatMap((file) => [...file]))),
);

function isVariable({ key, keySpan }: TableEntry, { report }: Reading): boolean {
  if (key === "" || /[=\0]/.test(key)) {
    report.add("config/bad-name", keySpan, `${quote(key)} cannot be the name of a variable`, {
      expected: "a name such as LOG_LEVEL",
    });
    return false;
  }
  if (!RESERVED.test(key)) return true;
  report.add("config/reserved-variable", keySpan, `${quote(key)} is reserved`, { hint: RESERVED_HINT });
  return false;
}

function readEnvFile(item: Item, reading: Reading): Variables | undefined {
  const file = path.read(item, reading);
  if (file === undefined) return undefined;
  const folder = `${reading.placeholders.dir}/`;
  const shown = file.startsWith(folder) ? file.slice(folder.length) : file;
  const content = reading.readFile(file);
  if ("text" in content) return readVariables(content.text, shown, item, reading);
  return reading.report.add(
    "config/env-file-missing",
    item.span,
    `cannot read the env file ${quote(shown)}: ${content.why}`,
    {
      hint: `let ${quote(file)} be a file that can be read, or remove it from env_file`,
    },
  );
}

function readVariables(
  content: string,
  shown: string,
  item: Item,
  { report }: Reading,
): Variables | undefined {
  const { variables, badLines } = parseEnvFile(content);
  const expected = "lines such as KEY=VALUE or # a comment";
  for (const { line, reason } of badLines.slice(0, MOST_LINES)) {
    report.add("config/bad-env-file", item.span, `${shown}:${line}: ${reason}`, { expected });
  }
  if (badLines.length > MOST_LINES) {
    const more = `${shown}: ${grouped(badLines.length - MOST_LINES)} more lines are none that set a variable`;
    report.add("config/bad-env-file", item.span, more, { expected });
  }
  const reserved = [...variables.keys()].filter((name) => RESERVED.test(name));
  for (const name of reserved) {
    const message = `${shown} sets ${quote(name)}, which is reserved`;
    report.add("config/reserved-variable", item.span, message, { hint: RESERVED_HINT });
  }
  return badLines.length + reserved.length === 0 ? variables : undefined;
}
