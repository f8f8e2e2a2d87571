/** Options of the command line as data: parsing, help and errors are made from the same values. */
import { parseArgs } from "@std/cli/parse-args";
import { parseDuration } from "../base/duration.ts";
import { ExitCode } from "../base/exit_code.ts";
import { nearestName } from "../base/nearest.ts";
import { UserError } from "../base/user_error.ts";

/** An option. */
export interface Option {
  /** Long name without dashes, `exit-code-from`. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** What it takes, as the help shows it: `DURATION` and `N` are checked; an option without is a switch. */
  readonly value?: string;
  /** Whether it may be given several times. */
  readonly many?: boolean;
  /** What it does, as a clause without a full stop. */
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
  for (const word of words) {
    if (word === "--") break;
    checkWord(word, options);
  }
  const found: Readonly<Record<string, unknown>> = parseArgs([...words], {
    boolean: options.filter((option) => option.value === undefined).map((option) => option.name),
    string: [...valued, "_"],
    collect: valued,
    alias: Object.fromEntries(
      options.flatMap((option) => option.short === undefined ? [] : [[option.name, option.short]]),
    ),
  });
  const values = (name: string) => (found[name] as readonly string[] | undefined) ?? [];
  for (const name of valued) {
    if (values(name).includes("")) throw missingValue(known.get(name)!);
    if (values(name).length > 1 && !known.get(name)!.many) {
      throw usage("usage/repeated-option", `--${name} is given ${values(name).length} times`, "give it once");
    }
  }
  const text = (name: string) => values(name)[0] ?? null;
  const parsed: Parsed = {
    words: found["_"] as readonly string[],
    has: (name) => found[name] === true,
    text,
    list: (name) => values(name).flatMap((value) => value.split(",")),
    duration: (name) =>
      readValue(text(name), (value) => parseDuration(value), `--${name}`, 'a duration such as "10s"'),
    count: (name) => readValue(text(name), wholeNumber, `--${name}`, "a whole number"),
  };
  for (const { name, value } of options) {
    if (value === "DURATION") parsed.duration(name);
    if (value === "N") parsed.count(name);
  }
  return parsed;
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
export function usage(code: string, message: string, hint: string): UserError {
  return new UserError(code, message, { exitCode: ExitCode.usage, hint });
}

function checkWord(word: string, options: readonly Option[]): void {
  if (word.startsWith("--")) {
    const name = word.slice(2).split("=")[0]!;
    if (options.some((option) => option.name === name)) return;
    const nearest = nearestName(name, options.map((option) => option.name));
    throw usage(
      "usage/unknown-option",
      `There is no option "--${name}"`,
      nearest === null ? "--help lists the options" : `did you mean "--${nearest}"?`,
    );
  }
  if (!/^-[A-Za-z]/.test(word)) return;
  const unknown = [...word.slice(1).split("=")[0]!].findIndex((letter, index) =>
    !isShort(letter, options) && !isValueOf(word, index, options)
  );
  if (unknown < 0) return;
  throw usage(
    "usage/unknown-option",
    `There is no option "-${word[unknown + 1]}"`,
    "--help lists the options",
  );
}

/** Whether what stands at `index` of a group of letters belongs to the value of an option before it (`-n20`). */
function isValueOf(word: string, index: number, options: readonly Option[]): boolean {
  const before = [...word.slice(1, index + 1)];
  return before.some((letter) =>
    options.some((option) => option.short === letter && option.value !== undefined)
  );
}

function isShort(letter: string, options: readonly Option[]): boolean {
  return options.some((option) => option.short === letter);
}

function missingValue({ name, value }: Option): UserError {
  return usage("usage/missing-value", `--${name} needs a value`, `write --${name} ${value}`);
}

function readValue(
  text: string | null,
  read: (text: string) => number | null,
  what: string,
  expected: string,
): number | null {
  if (text === null) return null;
  const value = read(text);
  if (value !== null) return value;
  throw usage("usage/bad-value", `${what} is "${text}"`, `write ${expected}`);
}

function wholeNumber(text: string): number | null {
  return /^\d+$/.test(text) ? Number(text) : null;
}
