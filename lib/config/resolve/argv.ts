import { baseName } from "../../base/posix_path.ts";
import type { Report } from "../report.ts";
import type { Argument, CommandWords } from "../values/command.ts";

/** Programs that read `$NAME` in their arguments themselves. */
const READS_VARIABLES = new Set(
  "ash awk bash busybox csh dash envsubst fish gawk ksh make mawk nu perl php powershell pwsh sh ssh su tcsh zsh"
    .split(" "),
);

/** The words that are spawned for a command. */
export function argvOf([program, ...rest]: CommandWords, report: Report): readonly [string, ...string[]] {
  if (!READS_VARIABLES.has(baseName(program.text))) warnOfVariables([program, ...rest], report);
  return [program.path, ...textsOf(rest)];
}

/** The texts of arguments. */
export function textsOf(words: readonly Argument[]): readonly string[] {
  return words.map(({ text }) => text);
}

/** Warns of each `$NAME` that nothing will replace. */
export function warnOfVariables(words: readonly Argument[], report: Report): void {
  for (const { variable } of words) {
    if (variable === null) continue;
    const name = variable.name.replace(/[${}]/g, "");
    report.add("config/variable-in-exec", variable.at, `no shell replaces ${variable.name} here`, {
      hint: `write \${env:${name}}, or have a shell run the command`,
    });
  }
}
