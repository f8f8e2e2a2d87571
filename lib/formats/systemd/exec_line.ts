/** `ExecStart` and its siblings: their prefixes, words and variables, as a command of ours. */
import { shellWord } from "../../base/shell_word.ts";
import { literal } from "../literal.ts";
import { notReadable } from "../not_readable.ts";
import { segmentsOf, type SpecifierFacts } from "./specifiers.ts";
import type { Unit, UnitEntry } from "./unit.ts";
import { wordsOf } from "./values.ts";

/** One command of a line. */
export interface ExecCommand {
  readonly entry: UnitEntry;
  /** `-`: how it ends does not matter. */
  readonly mayFail: boolean;
  /** `+`, `!` or `!!`: it has more privileges than the unit. */
  readonly isPrivileged: boolean;
  /** `@`: the second word was the name that the program was to have. */
  readonly hasOwnName: boolean;
  /** Its words, if no variable of the unit is in them. */
  readonly argv: readonly string[] | null;
  /** The same as a line for a shell. */
  readonly line: string;
}

/** Where a variable of systemd is one of ours. */
const OUR_NAMES: Readonly<Record<string, string>> = { MAINPID: "SUPERVISE_PID" };

/** The commands of a line: those of a oneshot may be several, with `;` between them. @throws {UserError} `import/not-readable` */
export function parseExec(entry: UnitEntry, unit: Unit, facts: SpecifierFacts): readonly ExecCommand[] {
  const groups: string[][] = [[]];
  for (const word of wordsOf(entry)) {
    if (word === ";") groups.push([]);
    else groups.at(-1)!.push(word);
  }
  return groups.filter((words) => words.length > 0).map((words) => commandOf(words, entry, unit, facts));
}

function commandOf(
  words: readonly string[],
  entry: UnitEntry,
  unit: Unit,
  facts: SpecifierFacts,
): ExecCommand {
  const [, prefix = "", program = ""] = /^([@\-:+!|]*)(.*)$/s.exec(words[0]!) ?? [];
  const rest = words.slice(prefix.includes("@") ? 2 : 1);
  const all = program === "" ? rest : [program, ...rest];
  if (all.length === 0) {
    throw notReadable(entry.file, entry.line, "the command is empty", "write the program to run");
  }
  const parts = all.map((word) => wordOf(word, unit, facts, !prefix.includes(":")));
  const isPlain = parts.every(({ text }) => text !== null);
  return {
    entry,
    mayFail: prefix.includes("-"),
    isPrivileged: /[+!]/.test(prefix),
    hasOwnName: prefix.includes("@"),
    argv: isPlain ? parts.map(({ text }) => text!) : null,
    line: parts.map(({ shell }) => shell).join(" "),
  };
}

/** A word as text of ours, null if a variable is in it, and as a shell reads it. */
function wordOf(
  word: string,
  unit: Unit,
  facts: SpecifierFacts,
  hasVariables: boolean,
): { readonly text: string | null; readonly shell: string } {
  const segments = segmentsOf(word, unit, facts);
  const [only] = segments;
  const [, splitting] = hasVariables && segments.length === 1
    ? /^\$([A-Za-z_]\w*)$/.exec(only!.text) ?? []
    : [];
  if (splitting !== undefined) return { text: null, shell: literal(`$${OUR_NAMES[splitting] ?? splitting}`) };
  let text: string | null = "";
  let shell = "";
  for (const segment of segments) {
    if (segment.isOurs) {
      text = text === null ? null : text + segment.text;
      shell += `"${segment.text}"`;
      continue;
    }
    let end = 0;
    const plain = (to: number) => {
      const part = segment.text.slice(end, to).replaceAll("$$", hasVariables ? "$" : "$$$$");
      if (part === "") return;
      text = text === null ? null : text + literal(part);
      shell += literal(shellWord(part));
    };
    const variables = hasVariables ? segment.text.matchAll(/(?<!\$)\$\{([A-Za-z_]\w*)\}/g) : [];
    for (const match of variables) {
      plain(match.index);
      end = match.index + match[0].length;
      text = null;
      shell += literal(`"\${${OUR_NAMES[match[1]!] ?? match[1]!}}"`);
    }
    plain(segment.text.length);
  }
  return { text, shell: shell === "" ? "''" : shell };
}

/** Several commands as one: words where that will do, else a line for a shell. */
export function combined(
  commands: readonly ExecCommand[],
): { readonly argv: readonly string[] } | { readonly line: string } {
  const [only] = commands;
  if (commands.length === 1 && only!.argv !== null && !only!.mayFail) return { argv: only!.argv };
  const lines = commands.map(({ line, mayFail }) => mayFail ? `{ ${line} || true; }` : line);
  return { line: commands.length === 1 && only!.mayFail ? `${only!.line} || true` : lines.join(" && ") };
}

/** The same for keys that take no shell line. */
export function asWords(commands: readonly ExecCommand[]): readonly string[] {
  const all = combined(commands);
  return "argv" in all ? all.argv : ["/bin/sh", "-c", all.line];
}
