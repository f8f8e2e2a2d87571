/** The `%(name)s` of supervisord, in our placeholders. */
import type { FindingList } from "../finding.ts";
import type { IniEntry } from "../ini/python_ini.ts";
import { envPlaceholder, literal } from "../literal.ts";

const TOKEN = /%(?:%|\(([^)]*)\)([-#0 +]*)(\d*)([a-zA-Z]))/g;

/** The values of the tokens of a program. */
export interface Expansions {
  /** The value of each name, except the number of the process. */
  readonly names: Readonly<Record<string, string>>;
  /** The number of the process, or the placeholder for it. */
  readonly processNumber: number | "${replica}";
}

/** Whether a value says the number of the process. */
export function usesProcessNumber(value: string): boolean {
  return /%\(process_num\)/.test(value);
}

/** Whether a value says that number with leading zeros or blanks. */
export function padsProcessNumber(value: string): boolean {
  return /%\(process_num\)[-#0 +\d]+[a-zA-Z]/.test(value);
}

/** `value` with everything else in it literal. A token that has no counterpart is told, and stays as it is. */
export function expand(
  value: string,
  { names, processNumber }: Expansions,
  entry: Pick<IniEntry, "line" | "name">,
  findings: FindingList,
): string {
  let text = "";
  let end = 0;
  for (const match of value.matchAll(TOKEN)) {
    const [token, name, flags, width] = match;
    text += literal(value.slice(end, match.index));
    end = match.index + token.length;
    text += token === "%%" ? "%" : replacementOf(name!, flags!, width!) ?? untold(token);
  }
  return text + literal(value.slice(end));

  function replacementOf(name: string, flags: string, width: string): string | null {
    if (name.startsWith("ENV_")) {
      return /^ENV_[A-Za-z_]\w*$/.test(name) ? envPlaceholder(name.slice("ENV_".length)) : null;
    }
    if (name === "process_num") {
      return String(processNumber).padStart(flags.includes("0") ? Number(width) : 0, "0");
    }
    if (name === "here") return "${dir}";
    if (name === "host_node_name") return envPlaceholder("HOSTNAME", "localhost");
    const known = Object.hasOwn(names, name) ? names[name] : undefined;
    return known === undefined ? null : literal(known);
  }

  function untold(token: string): string {
    findings.lost(
      entry.line,
      `${entry.name}: ${token}`,
      "it stands for nothing here",
      "write what it is to say",
    );
    return literal(token);
  }
}
