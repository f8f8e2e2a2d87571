/**
 * The format of an `env_file`: `KEY=VALUE` a line, with an optional `export`, `#` comments, literal text in single quotes
 * and the escapes `\n \r \t \" \\ \$` in double quotes. Nothing is interpolated.
 */

/** A line that is none of this. */
export interface BadLine {
  readonly line: number;
  readonly reason: string;
}

/** The variables of an env file; a later line of the same name wins. */
export interface EnvFile {
  readonly variables: ReadonlyMap<string, string>;
  readonly badLines: readonly BadLine[];
}

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=(.*)$/s;
const SINGLE_QUOTED = /^'([^']*)'\s*(?:#.*)?$/s;
const DOUBLE_QUOTED = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/s;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** Reads an env file. */
export function parseEnvFile(text: string): EnvFile {
  const variables = new Map<string, string>();
  const badLines: BadLine[] = [];
  for (const [index, line] of text.replace(/^\uFEFF/, "").split(/\r?\n/).entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const parsed = parseLine(line);
    if (typeof parsed === "string") badLines.push({ line: index + 1, reason: parsed });
    else variables.set(parsed.name, parsed.value);
  }
  return { variables, badLines };
}

/** The variable that a line sets, or why it sets none. */
function parseLine(line: string): { name: string; value: string } | string {
  const [, name, assigned] = ASSIGNMENT.exec(line) ?? [];
  const written = assigned?.trim();
  if (name === undefined || written === undefined) return "expected KEY=VALUE";
  if (line.includes("\0")) return "a NUL character";
  if (written.startsWith("'")) {
    const value = SINGLE_QUOTED.exec(written)?.[1];
    return value === undefined ? "a quote is not closed, or text follows it" : { name, value };
  }
  if (written.startsWith('"')) {
    const value = DOUBLE_QUOTED.exec(written)?.[1];
    return value === undefined
      ? "a quote is not closed, or text follows it"
      : { name, value: unescape(value) };
  }
  return { name, value: written.replace(/(?:^|\s)#.*$/s, "").trimEnd() };
}

function unescape(text: string): string {
  return text.replace(/\\(.)/gs, (escape, character: string) => {
    if (/["\\$]/.test(character)) return character;
    return ESCAPES[character] ?? escape;
  });
}
