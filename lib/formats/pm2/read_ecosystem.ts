/** The apps of an ecosystem file: JSON, YAML, or JavaScript that is read and not run. */
import { type Expression, parse, parseExpressionAt } from "acorn";
import { LineCounter, parseDocument, visit } from "yaml";
import { folderOf, resolvePath } from "../../base/posix_path.ts";
import type { FindingList } from "../finding.ts";
import type { ImportSource } from "../importer.ts";
import { notReadable } from "../not_readable.ts";
import { evaluateExpression, evaluateProgram, Refusal, type Surroundings } from "./evaluate.ts";
import { ListValue, RecordValue, type Value } from "./values.ts";

/** Code that is longer was written by no person. */
const LONGEST_CODE = 1_000_000;
/** YAML can name a value again and again, which makes much of little. */
const MOST_ALIASES = 100;

const PRINT_IT =
  `have node print it, which runs it: node -p 'JSON.stringify(require("./ecosystem.config.js"))' > ecosystem.json`;

/** An app, and where it begins. */
export interface App {
  readonly record: RecordValue;
  readonly line: number | null;
}

/** The content of an ecosystem file. */
export interface Ecosystem {
  readonly apps: readonly App[];
  /** The keys beside the apps. */
  readonly others: readonly { readonly name: string; readonly line: number | null }[];
}

/** @throws {UserError} `import/not-readable` */
export function readEcosystem(source: ImportSource, findings: FindingList): Ecosystem {
  const { file } = source;
  const isYaml = /\.ya?ml$/i.test(file) || (/\/-$/.test(file) && /^\s*apps\s*:/m.test(source.text));
  const value = isYaml ? readYaml(source) : readCode(source, findings);
  const holder = value instanceof RecordValue && value.members.has("apps") ? value : null;
  const apps = holder === null ? value : holder.get("apps");
  const records = apps instanceof ListValue ? apps.items : [apps];
  if (
    records.length === 0 ||
    !records.every((record) =>
      record instanceof RecordValue && (record.members.has("script") || record.members.has("cmd"))
    )
  ) {
    throw notReadable(
      file,
      null,
      "there are no apps with a script in it",
      'write { "apps": [{ "name": "web", "script": "app.js" }] }',
    );
  }
  return {
    apps: (records as RecordValue[]).map((record) => ({ record, line: firstLine(record) })),
    others: [...holder?.members ?? []].filter(([name]) => name !== "apps").map(([name, { line }]) => ({
      name,
      line,
    })),
  };
}

function firstLine({ members }: RecordValue): number | null {
  return [...members.values()][0]?.line ?? null;
}

function readCode(source: ImportSource, findings: FindingList): Value {
  const { file, text } = source;
  if (/\.[cm]?ts$/.test(file)) {
    throw notReadable(file, null, "TypeScript is not read", "save it as JavaScript or JSON");
  }
  if (text.length > LONGEST_CODE) {
    throw notReadable(file, null, `it is longer than ${LONGEST_CODE} characters`, PRINT_IT);
  }
  const surroundings = surroundingsOf(source, findings);
  const isData = /\.json5?$/i.test(file) || /^\s*[[{]/.test(text);
  try {
    if (isData) {
      const options = { ecmaVersion: "latest" } as const;
      const expression = parseExpressionAt(text, 0, options) as Expression;
      const rest = text.slice(expression.end).replace(/\/\*[^]*?\*\/|\/\/.*/g, "").trim();
      if (rest !== "" && rest !== ";") {
        throw new Refusal(lineAt(text, expression.end), "something follows the value");
      }
      return evaluateExpression(expression, surroundings);
    }
    return evaluateProgram(
      parse(text, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true }),
      surroundings,
    );
  } catch (error) {
    if (error instanceof Refusal) {
      throw notReadable(
        file,
        error.line,
        error.message,
        isData ? "write JSON" : `write the value itself, or ${PRINT_IT}`,
      );
    }
    if (error instanceof SyntaxError) {
      const { loc } = error as SyntaxError & { readonly loc?: { readonly line: number } };
      const message = error.message.replace(/ \(\d+:\d+\)$/, "");
      throw notReadable(
        file,
        loc?.line ?? null,
        `it cannot be read: ${message}`,
        "mend it; `node --check` says more",
      );
    }
    if (error instanceof RangeError) throw notReadable(file, null, "it is nested too deeply", PRINT_IT);
    throw error;
  }
}

function surroundingsOf(
  { file, text, disk, environment }: ImportSource,
  findings: FindingList,
): Surroundings {
  const folder = folderOf(file);
  const told = new Set<string>();
  return {
    source: text,
    folder,
    environment,
    readJson: (path) => {
      const found = disk.read(resolvePath(folder, path));
      if (!("text" in found) || found.problem !== null || found.text.length > LONGEST_CODE) return null;
      const { text } = found;
      try {
        const none = {
          ...surroundingsOf({ file: found.file, text, disk, environment }, findings),
          readJson: () => null,
        };
        return evaluateExpression(parseExpressionAt(text, 0, { ecmaVersion: "latest" }) as Expression, none);
      } catch {
        return null;
      }
    },
    onDecision: (line, names) => {
      const key = `${line} ${names.join()}`;
      if (told.has(key)) return;
      told.add(key);
      findings.changed(
        line,
        names.join(", "),
        "decided now",
        "the code asks for a value, so that the one of this moment counts",
        "import it again when that changes, or set it with --env-file",
      );
    },
    onSkipped: (line, code) => {
      const isDotenv = /dotenv/.test(code);
      findings.lost(
        line,
        code.length > 60 ? `${code.slice(0, 60)}...` : code,
        "nothing of the file is run",
        isDotenv
          ? "name the file with --env-file .env, which writes env_file"
          : "write what it says into the configuration",
      );
    },
  };
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

function readYaml({ file, text }: ImportSource): Value {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    throw notReadable(
      file,
      lines.linePos(error.pos[0]).line,
      `it cannot be read: ${error.message}`,
      "mend it",
    );
  }
  let aliases = 0;
  visit(document, {
    Alias: () => {
      aliases += 1;
      if (aliases > MOST_ALIASES) {
        throw notReadable(file, null, "it names values again too often", "write them out");
      }
    },
  });
  let json: unknown;
  try {
    json = document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (error) {
    throw notReadable(
      file,
      null,
      `it cannot be read: ${error instanceof Error ? error.message : "an alias leads nowhere"}`,
      "mend it",
    );
  }
  return located(json, document.contents, lines, 0);
}

const DEEPEST = 50;

/** Data with the lines of its keys, as far as the tree of the document goes along with it. */
function located(json: unknown, node: unknown, lines: LineCounter, depth: number): Value {
  if (depth > DEEPEST) return null;
  const items = (node as { readonly items?: readonly unknown[] } | null)?.items ?? [];
  if (Array.isArray(json)) {
    return new ListValue(json.map((item, index) => located(item, items[index], lines, depth + 1)));
  }
  if (typeof json === "object" && json !== null) {
    const record = new RecordValue();
    for (const [name, value] of Object.entries(json)) {
      const pair = items.find((item) => String((item as { readonly key?: unknown }).key) === name) as {
        readonly key: { readonly range?: readonly number[] };
        readonly value: unknown;
      } | undefined;
      const at = pair?.key.range?.[0];
      record.set(
        name,
        located(value, pair?.value, lines, depth + 1),
        at === undefined ? null : lines.linePos(at).line,
      );
    }
    return record;
  }
  return typeof json === "string" || typeof json === "number" || typeof json === "boolean" ? json : null;
}
