/** Options of the command line as data: parsing, help and errors are made from the same values. */
import { parseArgs } from "@std/cli/parse-args";
import { parseDuration } from "../base/duration.ts";
import type { ErrorName } from "../base/error_names.ts";
import { ExitCode } from "../base/exit_code.ts";
import { nearestName } from "../base/nearest.ts";
import { durationIn, isInRange, type NumberRange, wholeNumberIn } from "../base/number_range.ts";
import { UserError } from "../base/user_error.ts";
import type { Takes } from "./takes.ts";

/** An option. */
export interface Option {
  /** Long name without dashes, `exit-code-from`. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** The placeholder of its value in the help: `DURATION` and `N` are checked. An option without one is a switch. */
  readonly value?: string;
  /** The range of an `N` or a `DURATION`, which is then in milliseconds. @default Any */
  readonly range?: NumberRange;
  /** The kind of thing that its value names. @default `"text"` */
  readonly takes?: Takes;
  /** Whether it may be given several times. */
  readonly many?: boolean;
  /** The effect of the option, as a clause without a full stop. */
  readonly doc: string;
}

/** The words of a command line, sorted. */
export interface Parsed {
  /** Words that are no options. */
  readonly words: readonly string[];
  /** Whether a switch was given. */
  has(name: string): boolean;
  /** The value of an option; null if it was not given. */
  text(name: string): string | null;
  /** All values of an option that may be given several times; commas separate values too. */
  list(name: string): readonly string[];
  /** A duration in milliseconds; null if it was not given. @throws {UserError} */
  duration(name: string): number | null;
  /** A whole number; null if it was not given. @throws {UserError} */
  count(name: string): number | null;
}

/**
 * Sorts the words of a command line.
 *
 * @throws {UserError} `usage/...` for options that do not exist, or lack their value.
 */
export function parseWords(words: readonly string[], options: readonly Option[]): Parsed {
  const known = new Map(options.map((option) => [option.name, option]));
  const valued = options.filter((option) => option.value !== undefined).map((option) => option.name);
  const found: Readonly<Record<string, unknown>> = parseArgs([...spelledOut(words, options)], {
    boolean: options.filter((option) => option.value === undefined).map((option) => option.name),
    string: [...valued, "_"],
    collect: valued,
  });
  const values = (name: string) => (found[name] as readonly string[] | undefined) ?? [];
  for (const name of valued) {
    const isSplit = known.get(name)!.many === true;
    const parts = values(name).flatMap((value) => isSplit ? value.split(",") : [value]);
    if (parts.includes("")) throw missingValue(known.get(name)!);
    if (values(name).length > 1 && !known.get(name)!.many) {
      throw usage("usage/repeated-option", `--${name} is given ${values(name).length} times`, "give it once");
    }
  }
  const text = (name: string) => values(name)[0] ?? null;
  const number = (name: string, read: (text: string) => number | null, expected: string) => {
    const given = text(name);
    return given === null ? null : readValue(given, read, known.get(name)!, expected);
  };
  const parsed: Parsed = {
    words: found["_"] as readonly string[],
    has: (name) => found[name] === true,
    text,
    list: (name) => values(name).flatMap((value) => value.split(",")),
    duration: (name) => number(name, (value) => parseDuration(value), 'a duration such as "10s"'),
    count: (name) => number(name, wholeNumber, "a whole number"),
  };
  for (const { name, value } of options) {
    if (value === "DURATION") parsed.duration(name);
    if (value === "N") parsed.count(name);
  }
  return parsed;
}

/** Whether a switch is among words that may be wrong otherwise: their error must be told in the way that they ask for. */
export function asksFor(words: readonly string[], name: string, options: readonly Option[]): boolean {
  const switchOf = (letter: string) =>
    options.find((option) => option.short === letter && option.value === undefined);
  return splitAtDashes(words)[0].some((word) => {
    if (word === `--${name}`) return true;
    if (!isGroup(word)) return false;
    const letters = [...word.slice(1)];
    const end = letters.findIndex((letter) => switchOf(letter) === undefined);
    return letters.slice(0, end < 0 ? undefined : end).some((letter) => switchOf(letter)!.name === name);
  });
}

/** The options of a command: its own over the global ones that they do not hide. */
export function withGlobals(own: readonly Option[], globals: readonly Option[]): readonly Option[] {
  const taken = new Set(own.flatMap((option) => option.short === undefined ? [] : [option.short]));
  const visible = globals.filter((global) => !own.some((option) => option.name === global.name));
  return [
    ...own,
    ...visible.map(({ short, ...rest }) =>
      short === undefined || taken.has(short) ? rest : { ...rest, short }
    ),
  ];
}

/** An error of usage. */
export function usage(code: ErrorName, message: string, hint: string): UserError {
  return new UserError(code, message, { exitCode: ExitCode.usage, hint });
}

/** The words with every group of letters written as the long options that it stands for. @throws {UserError} */
export function spelledOut(words: readonly string[], options: readonly Option[]): readonly string[] {
  const [before, after] = splitAtDashes(words);
  const joined = withNegatives(before, options).map((word) => withValue(word, options));
  const spelled = joined.flatMap((word) => {
    if (word.startsWith("--")) checkLong(word, options);
    return isGroup(word) ? spelledGroup(word, options) : [word];
  });
  return [...spelled, ...after];
}

/** The words with a `--` before the first that is neither an option nor the value of one, if there is none yet. */
export function withDashes(words: readonly string[], options: readonly Option[]): readonly string[] {
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (word === "--") return words;
    if (!word.startsWith("-") || word === "-") return words.toSpliced(index, 0, "--");
    if (takesNext(word, options)) index++;
  }
  return words;
}

/** Whether the word behind an option is its value: behind the first letter of a group that has one, if that is the last. */
function takesNext(word: string, options: readonly Option[]): boolean {
  const isValued = (option: Option | undefined) => option?.value !== undefined;
  if (word.startsWith("--")) return isValued(options.find(({ name }) => word === `--${name}`));
  const letters = [...word.slice(1)];
  const at = letters.findIndex((letter) => isValued(options.find(({ short }) => short === letter)));
  return at >= 0 && at === letters.length - 1;
}

/** Numbers below 0 stand behind their options, so that they are told as what they are, and not as letters of options. */
function withNegatives(words: readonly string[], options: readonly Option[]): readonly string[] {
  const numeric = options.filter(({ value }) => value === "N" || value === "DURATION");
  const isOf = (word: string | undefined) => word !== undefined && takesNext(word, numeric);
  return words.flatMap((word, index) => {
    const next = words[index + 1] ?? "";
    if (/^-\d/.test(word) && isOf(words[index - 1])) return [];
    return /^-\d/.test(next) && isOf(word) ? [`${word}=${next}`] : [word];
  });
}

/** The words before a `--`, and those from it on, which are no options whatever they look like. */
function splitAtDashes(words: readonly string[]): readonly [readonly string[], readonly string[]] {
  const dashes = words.indexOf("--");
  return dashes < 0 ? [words, []] : [words.slice(0, dashes), words.slice(dashes)];
}

/** A time may stand behind the name of an option: `--kill-supervisor@1m`. */
function withValue(word: string, options: readonly Option[]): string {
  const [, name, at] = /^--([a-z-]+)@(.+)$/.exec(word) ?? [];
  const isValued = options.some((option) => option.name === name && option.value !== undefined);
  return isValued ? `--${name}=${at}` : word;
}

function checkLong(word: string, options: readonly Option[]): void {
  const name = word.slice(2).split("=")[0]!;
  const option = options.find((option) => option.name === name);
  if (option === undefined) {
    const nearest = nearestName(name, options.map((option) => option.name));
    throw usage(
      "usage/unknown-option",
      `There is no option "--${name}"`,
      nearest === null ? "--help lists the options" : `did you mean "--${nearest}"?`,
    );
  }
  if (option.value === undefined && word.includes("=")) throw unexpectedValue(option);
}

/** Whether a word is letters of options: `-d`, `-dq`, `-n20`. */
function isGroup(word: string): boolean {
  return /^-[^-]/.test(word);
}

/** The long options that a group of letters stands for: switches; the last may be an option with the rest as its value. */
function spelledGroup(word: string, options: readonly Option[]): readonly string[] {
  const spelled: string[] = [];
  const letters = [...word.slice(1)];
  for (const [index, letter] of letters.entries()) {
    const option = options.find((option) => option.short === letter);
    if (option === undefined) {
      throw usage("usage/unknown-option", `There is no option "-${letter}"`, "--help lists the options");
    }
    const rest = letters.slice(index + 1).join("");
    if (option.value !== undefined) {
      return [...spelled, rest === "" ? `--${option.name}` : `--${option.name}=${rest.replace(/^=/, "")}`];
    }
    if (rest.startsWith("=")) throw unexpectedValue(option);
    spelled.push(`--${option.name}`);
  }
  return spelled;
}

function missingValue({ name, value }: Option): UserError {
  return usage("usage/missing-value", `--${name} needs a value`, `write --${name} ${value}`);
}

function unexpectedValue({ name }: Option): UserError {
  return usage("usage/unexpected-value", `--${name} takes no value`, `write --${name}, or leave it out`);
}

function readValue(
  text: string,
  read: (text: string) => number | null,
  { name, value, range }: Option,
  expected: string,
): number {
  const number = read(text);
  if (number !== null && (range === undefined || isInRange(range, number))) return number;
  const within = range === undefined ? expected : value === "N" ? wholeNumberIn(range) : durationIn(range);
  throw usage("usage/bad-value", `--${name} is "${text}"`, `write ${within}`);
}

function wholeNumber(text: string): number | null {
  return /^\d+$/.test(text) ? Number(text) : null;
}
