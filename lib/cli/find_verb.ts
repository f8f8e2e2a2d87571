/** Where the verb of a command line is: the options of every command may stand before it, too. */
import { GLOBAL_OPTIONS } from "./command.ts";
import { type Option, spelledOut, usage } from "./option.ts";

/** A command line, taken apart. */
export interface VerbAndWords {
  /** Undefined if there is none. */
  readonly verb: string | undefined;
  /** The words behind the verb, and before them, by their long names, the options that stand before it. */
  readonly words: readonly string[];
  /** Whether the version is all that is wanted. */
  readonly asksForVersion: boolean;
}

const VERSION_OPTION: Option = { name: "version", short: "V", doc: "the version of this binary" };
const LEADING_OPTIONS: readonly Option[] = [...GLOBAL_OPTIONS, VERSION_OPTION];

/**
 * @param optionsOf The options that a command takes, by its verb.
 * @throws {UserError} `usage/...` for options before the verb that not every command has.
 */
export async function findVerb(
  args: readonly string[],
  optionsOf: (verb: string | undefined) => Promise<readonly Option[]>,
): Promise<VerbAndWords> {
  const at = verbIndex(args);
  const options = at === 0 ? [] : await optionsOf(args[at]);
  for (const word of args.slice(0, at)) checkPlace(word, args[at], options);
  const leading = spelledOut(args.slice(0, at), LEADING_OPTIONS);
  // By their letters they may mean something else to the command: `-f` is a file here, and `logs -f` follows.
  return {
    verb: args[at],
    words: [...leading, ...args.slice(at + 1)],
    asksForVersion: leading.includes("--version"),
  };
}

/** An option of the command alone is known to it, and no mistake but for its place. */
function checkPlace(word: string, verb: string | undefined, options: readonly Option[]): void {
  const name = word.split("=")[0]!;
  const isCalled = (option: Option) => name === `--${option.name}` || name === `-${option.short}`;
  if (LEADING_OPTIONS.some(isCalled) || !options.some(isCalled)) return;
  throw usage(
    "usage/misplaced-option",
    `There is no option "${name}" before the command`,
    `write it behind the command: \`supervise ${verb} ${word}\``,
  );
}

function verbIndex(args: readonly string[]): number {
  let index = 0;
  while (index < args.length && isOption(args[index]!)) {
    const isValueNext = takesNextWord(args[index]!) && index + 1 < args.length && !isOption(args[index + 1]!);
    index += isValueNext ? 2 : 1;
  }
  return index;
}

function isOption(word: string): boolean {
  return word.length > 1 && word.startsWith("-") && word !== "--";
}

/** Whether the value of an option is the word behind it: of letters in a group, that of the first one that has a value. */
function takesNextWord(word: string): boolean {
  if (word.startsWith("--")) {
    return LEADING_OPTIONS.some(({ name, value }) => value !== undefined && word === `--${name}`);
  }
  const letters = [...word.slice(1)];
  const valued = letters.findIndex((letter) =>
    LEADING_OPTIONS.some(({ short, value }) => short === letter && value !== undefined)
  );
  return valued >= 0 && valued === letters.length - 1;
}
