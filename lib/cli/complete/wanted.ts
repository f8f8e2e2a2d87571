/** The kind of the last word of a command line, so that a shell can complete it. PURE. */
import type { TreeChoice } from "../../daemon/find_tree.ts";
import { type CommandFacts, GLOBAL_OPTIONS, optionsOf } from "../command.ts";
import type { Option } from "../option.ts";
import type { Takes } from "../takes.ts";

/** The word that is to be completed. */
export type Wanted =
  | { readonly what: "verb"; readonly stem: ""; readonly typed: string }
  | {
    readonly what: "option";
    readonly stem: "";
    readonly typed: string;
    readonly options: readonly Option[];
  }
  | {
    readonly what: "value";
    readonly takes: Takes;
    /** The beginning of the word that stays as it is: `--for=`, `--for=ready,`. */
    readonly stem: string;
    /** The words behind it. */
    readonly typed: string;
    /** How many words before it name the same. */
    readonly nth: number;
  };

/** A command line up to its last word. */
export interface CommandLine {
  readonly wanted: Wanted | null;
  /** The words before it that are no options, without the verb. */
  readonly words: readonly string[];
  /** The tree that they say: by its file, or its name. */
  readonly tree: TreeChoice;
}

interface Sorted {
  readonly words: readonly string[];
  /** The values of options by name; of switches, an empty text. */
  readonly values: ReadonlyMap<string, string>;
  /** The option that the next word is the value of. */
  readonly open: Option | null;
  /** Whether options have ended with `--`. */
  readonly isOver: boolean;
}

/**
 * Reads a command line whose last word is to be completed; it may be empty.
 *
 * @param commandOf The command of a verb; undefined for what is none.
 */
export async function readCommandLine(
  args: readonly string[],
  commandOf: (verb: string) => Promise<CommandFacts | undefined>,
): Promise<CommandLine> {
  const before = args.slice(0, -1);
  const last = args.at(-1) ?? "";
  const at = verbIndex(before);
  if (at === before.length) {
    const leading = sort(before, GLOBAL_OPTIONS);
    const verb = { what: "verb", stem: "", typed: last } as const;
    const wanted = wantedOption(last, leading, GLOBAL_OPTIONS) ?? verb;
    return { wanted, words: [], tree: treeIn(leading.values, undefined) };
  }
  const command = await commandOf(before[at]!);
  if (command === undefined) return { wanted: null, words: [], tree: treeIn(new Map(), undefined) };
  const options = optionsOf(command);
  const leading = sort(before.slice(0, at), GLOBAL_OPTIONS);
  const own = sort(before.slice(at + 1), options);
  return {
    wanted: wantedOption(last, own, options) ?? wantedWord(last, own.words.length, command),
    words: own.words,
    tree: treeIn(
      new Map([...leading.values, ...own.values]),
      command.takes?.[0] === "file" ? own.words[0] : undefined,
    ),
  };
}

function treeIn(values: ReadonlyMap<string, string>, word: string | undefined): TreeChoice {
  return { file: word ?? values.get("file") ?? null, name: values.get("name") ?? null };
}

/** A word that looks like an option and is none. */
const NO_OPTION = { what: "option", stem: "", options: [] } as const;

/** The place of the first word that is no option, nor the value of one. */
function verbIndex(words: readonly string[]): number {
  for (let at = 0; at <= words.length; at++) {
    const word = words[at];
    if (word !== undefined && !isOption(word) && sort(words.slice(0, at), GLOBAL_OPTIONS).open === null) {
      return at;
    }
  }
  return words.length;
}

/** The option that the last word is, or the value of one; null if it is neither. */
function wantedOption(
  last: string,
  { open, isOver, values }: Sorted,
  options: readonly Option[],
): Wanted | null {
  if (open !== null) return valueOf(open, "", last);
  if (isOver || !last.startsWith("-")) return null;
  const [, stem, name, typed] = /^(--([^=]*)=)(.*)$/s.exec(last) ?? [];
  if (stem !== undefined) {
    const option = options.find((one) => one.name === name && one.value !== undefined);
    return option === undefined ? { ...NO_OPTION, typed: last } : valueOf(option, stem, typed!);
  }
  const left = options.filter(({ name, many }) => many === true || !values.has(name));
  return { what: "option", stem: "", typed: last, options: left };
}

function valueOf({ takes = "text", many }: Option, stem: string, typed: string): Wanted {
  const comma = many === true ? typed.lastIndexOf(",") + 1 : 0;
  return { what: "value", takes, stem: stem + typed.slice(0, comma), typed: typed.slice(comma), nth: 0 };
}

function wantedWord(
  last: string,
  index: number,
  { takes = [], words: [, most] }: CommandFacts,
): Wanted | null {
  const at = Math.min(index, takes.length - 1);
  const named = takes[at];
  if (named === undefined || index >= most) return null;
  return { what: "value", takes: named, stem: "", typed: last, nth: index - at };
}

function sort(words: readonly string[], options: readonly Option[]): Sorted {
  const plain: string[] = [];
  const values = new Map<string, string>();
  let open: Option | null = null;
  for (const [index, word] of words.entries()) {
    if (open !== null) {
      values.set(open.name, word);
      open = null;
    } else if (word === "--") {
      return { words: [...plain, ...words.slice(index + 1)], values, open, isOver: true };
    } else if (isOption(word)) open = readOption(word, options, values);
    else plain.push(word);
  }
  return { words: plain, values, open, isOver: false };
}

/** Notes what a word of options says. @returns The one whose value is the next word. */
function readOption(word: string, options: readonly Option[], values: Map<string, string>): Option | null {
  if (word.startsWith("--")) {
    const [name, ...rest] = word.slice(2).split("=");
    const option = options.find((one) => one.name === name);
    if (option === undefined) return null;
    if (option.value !== undefined && rest.length === 0) return option;
    values.set(option.name, rest.join("="));
    return null;
  }
  const letters = [...word.slice(1)];
  for (const [index, letter] of letters.entries()) {
    const option = options.find(({ short }) => short === letter);
    if (option === undefined) continue;
    const rest = letters.slice(index + 1).join("");
    if (option.value === undefined) values.set(option.name, "");
    else if (rest === "") return option;
    else {
      values.set(option.name, rest.replace(/^=/, ""));
      return null;
    }
  }
  return null;
}

function isOption(word: string): boolean {
  return word.length > 1 && word.startsWith("-");
}
