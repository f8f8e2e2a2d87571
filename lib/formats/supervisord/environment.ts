import { quote } from "../../config/wording.ts";
import type { IniEntry } from "../ini/python_ini.ts";
import { notReadable } from "../not_readable.ts";

const PAIR = /\s*([^\s=,]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^,"']*))\s*(?:,|$)/sy;

/** The pairs of `environment = A="1",B='2',C=3`. @throws {UserError} `import/not-readable` */
export function parseEnvironment({ value, file, line }: IniEntry): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < value.trimEnd().length) {
    const rest = value.slice(PAIR.lastIndex);
    const pair = PAIR.exec(value);
    if (pair === null) {
      throw notReadable(
        file,
        line,
        `${quote(rest.trim().split(/[=\s]/)[0]!)} does not begin a pair of a name and a value`,
        'write environment = NAME="value",OTHER="value"',
      );
    }
    const [, name, double, single, bare] = pair;
    variables.set(name!, double?.replace(/\\(["\\])/g, "$1") ?? single ?? bare!.trim());
  }
  return variables;
}
