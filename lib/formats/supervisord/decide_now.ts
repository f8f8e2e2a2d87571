/** Values that are no texts here, such as `autostart = %(ENV_WITH_MAIL)s`: the shell of the moment decides what they are. */
import type { FindingList } from "../finding.ts";
import type { ImportSource } from "../importer.ts";
import type { MergedSection } from "../ini/python_ini.ts";
import { notReadable } from "../not_readable.ts";

const VARIABLE = /%\(ENV_([A-Za-z_]\w*)\)s/g;

/** Keys in whose values a placeholder of ours can stand for the variable. */
const TEXTS = [
  "command",
  "process_name",
  "directory",
  "user",
  "environment",
  "socket",
  "stdout_logfile",
  "stderr_logfile",
  "serverurl",
];

/** Puts what variables are now into the other values of programs. @throws {UserError} `import/not-readable` if one is not set. */
export function decideNow(
  sections: ReadonlyMap<string, MergedSection>,
  environment: ImportSource["environment"],
  findings: FindingList,
): void {
  for (const { name: section, entries } of sections.values()) {
    if (!/^(?:fcgi-)?program:|^group:/.test(section)) continue;
    for (const [name, entry] of entries) {
      const names = [...entry.value.matchAll(VARIABLE)].map(([, variable]) => variable!);
      if (names.length === 0 || TEXTS.includes(name)) continue;
      const missing = names.find((variable) => environment[variable] === undefined);
      if (missing !== undefined) {
        throw notReadable(
          entry.file,
          entry.line,
          `${name} is what the variable ${missing} says, which is not set`,
          "set it, or name the file that does: --env-file .env",
        );
      }
      const value = entry.value.replaceAll(VARIABLE, (_, variable: string) => environment[variable]!);
      entries.set(name, { ...entry, value });
      findings.of(entry.file).changed(
        entry.line,
        `${section} ${name}`,
        "decided now",
        `it is what ${names.join(", ")} says at this moment`,
        "import it again when that changes",
      );
    }
  }
}
