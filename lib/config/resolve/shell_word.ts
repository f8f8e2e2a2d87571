import type { Report } from "../report.ts";
import type { Span } from "../toml/source.ts";
import type { CommandWords } from "../values/command.ts";
import { quote } from "../wording.ts";

const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s;

const HAVE_A_SHELL = 'write shell = "..." to have a shell run it';

/** Words that are no programs but parts of a shell, and what to write instead. */
const SHELL_WORDS: Readonly<Record<string, string>> = {
  ".": 'write env_file for variables, or shell = "..."',
  ":": HAVE_A_SHELL,
  alias: HAVE_A_SHELL,
  case: HAVE_A_SHELL,
  cd: 'write cwd = "..." for the folder, and in exec the program alone',
  eval: HAVE_A_SHELL,
  exec: "leave it out: the program is started directly",
  export: "write env = { ... } for variables",
  for: HAVE_A_SHELL,
  if: HAVE_A_SHELL,
  set: HAVE_A_SHELL,
  source: 'write env_file for variables, or shell = "..."',
  trap: HAVE_A_SHELL,
  ulimit: "write limits = { ... }",
  umask: 'write umask = "..."',
  unset: HAVE_A_SHELL,
  until: HAVE_A_SHELL,
  while: HAVE_A_SHELL,
};

/** Warns of a command whose first word is for a shell, and no program. */
export function warnOfShellWord([{ text }, ...rest]: CommandWords, at: Span, report: Report): void {
  const [, name, value] = ASSIGNMENT.exec(text) ?? [];
  if (name !== undefined) {
    report.add(
      "config/shell-word",
      at,
      `${quote(text)} is no program: only a shell sets variables in front of one`,
      {
        hint: `write env = { ${name} = ${quote(value!)} }${
          rest.length === 0 ? "" : " and the program alone"
        }, or shell = "..."`,
      },
    );
  } else if (Object.hasOwn(SHELL_WORDS, text)) {
    report.add("config/shell-word", at, `${quote(text)} is a word of shells, and no shell reads this`, {
      hint: SHELL_WORDS[text]!,
    });
  }
}
