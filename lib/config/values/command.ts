import { resolvePath } from "../../base/posix_path.ts";
import { firstVariable, type Mark, splitCommand } from "../text/split_command.ts";
import type { Item, StringItem } from "../toml/item.ts";
import type { Span } from "../toml/source.ts";
import { quote } from "../wording.ts";
import { either, list } from "./compound.ts";
import { joinPieces, quoted, readPieces, spanIn } from "./text.ts";
import { type Reading, rejectItem, type Type } from "./type.ts";

/** One argument of a command. */
export interface Argument {
  readonly text: string;
  /** A `$NAME` in it that no placeholder syntax replaces, if there is one. */
  readonly variable: { readonly name: string; readonly at: Span } | null;
}

/** The first word of a command. */
export interface ProgramWord extends Argument {
  /** The program that is spawned: one with a slash is relative to the file's folder, others are looked up. */
  readonly path: string;
}

/** A command in arguments, the first of which is its program. */
export type CommandWords = readonly [ProgramWord, ...Argument[]];

/** One argument, as text. */
export const argument: Type<Argument> = {
  name: "a string",
  expected: "a string",
  shape: { kind: "string" },
  read: (item, reading) => {
    if (item.kind !== "string") return rejectItem(item, argument, reading);
    const pieces = readPieces(item, reading);
    if (pieces === undefined) return undefined;
    return { text: joinPieces(pieces), variable: placed(firstVariable(pieces), item) };
  },
  suggest: quoted,
};

/** Arguments behind a command. */
export const argumentList: Type<readonly Argument[]> = list(
  argument,
  '["--verbose", "8080"]',
  (item) => {
    if (item.kind !== "string") return null;
    const { words } = splitCommand([{ text: item.value, index: 0, isLiteral: true }]);
    return `[${words.map(({ text }) => JSON.stringify(text)).join(", ")}]`;
  },
);

/**
 * A command without a shell: a list of arguments, or a string that is split as a shell would split it. `instead` says how
 * to have a shell at this place.
 */
export function command(instead: string): Type<CommandWords> {
  return either(commandLine(instead), nonEmpty(list(argument, `["postgres", "-D", "data"]`)));
}

function commandLine(instead: string): Type<CommandWords> {
  const type: Type<CommandWords> = {
    name: "a command",
    expected: 'a command such as "postgres -D data"',
    shape: { kind: "string" },
    read: (item, reading) => {
      if (item.kind !== "string") return rejectItem(item, type, reading);
      const pieces = readPieces(item, reading);
      if (pieces === undefined) return undefined;
      const { words, unbalanced, shellSyntax } = splitCommand(pieces);
      if (unbalanced !== null) return rejectUnbalanced(unbalanced, item, reading);
      for (const mark of shellSyntax) warnOfShellSyntax(mark, item, instead, reading);
      return checked(
        words.map(({ text, variable }) => ({ text, variable: placed(variable, item) })),
        item,
        reading,
      );
    },
    suggest: () => null,
  };
  return type;
}

function nonEmpty(type: Type<readonly Argument[]>): Type<CommandWords> {
  return {
    ...type,
    read: (item, reading) => {
      const words = type.read(item, reading);
      return words === undefined ? undefined : checked(words, item, reading);
    },
  };
}

function checked(words: readonly Argument[], item: Item, reading: Reading): CommandWords | undefined {
  const [program, ...rest] = words;
  if (program !== undefined && program.text !== "") {
    const { text } = program;
    const path = text.includes("/") ? resolvePath(reading.placeholders.dir, text) : text;
    return [{ ...program, path }, ...rest];
  }
  const message = program === undefined ? "an empty command" : "the name of the program is empty";
  return reading.report.add("config/empty-command", item.span, message, { expected: "a program to run" });
}

function rejectUnbalanced({ text, index }: Mark, item: StringItem, { report }: Reading): undefined {
  const at = spanIn(item, index, 1);
  if (text === "\\") {
    return report.add("config/unbalanced-quote", at, "nothing follows this backslash", { hint: "remove it" });
  }
  return report.add("config/unbalanced-quote", at, `this ${text} is never closed`, {
    hint: `add the closing ${text}, or write the command as a list of arguments`,
  });
}

function warnOfShellSyntax({ text, index }: Mark, item: StringItem, instead: string, reading: Reading): void {
  reading.report.add(
    "config/shell-syntax",
    spanIn(item, index, text.length),
    `no shell reads this ${quote(text)}`,
    {
      hint: `to have a shell, write ${instead}; quote it if it is meant as it stands`,
    },
  );
}

function placed(variable: Mark | null, item: StringItem): Argument["variable"] {
  if (variable === null) return null;
  return { name: variable.text, at: spanIn(item, variable.index, variable.text.length) };
}
