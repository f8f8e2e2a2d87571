import type { CommandFacts } from "../command.ts";
import type { Option } from "../option.ts";
import type { VerbFacts } from "../verbs.ts";
import type { Painter } from "./paint.ts";

/** The list of all commands. */
export function renderHelp(verbs: readonly VerbFacts[], globals: readonly Option[], paint: Painter): string {
  const lines = verbs.map(({ name, summary }) => [name, summary] as const);
  return [
    `${paint.bold("supervise")} runs trees of processes and never loses track of one.`,
    "",
    `${paint.bold("Usage:")} supervise [options] COMMAND [options] [selectors...]`,
    "",
    paint.bold("Commands:"),
    ...columns(lines, paint),
    "",
    paint.bold("Options of every command, before it or behind it:"),
    ...columns(globals.map(optionLine), paint),
    "",
    "A selector is the path of an actor or a tree (api, pool/queue) or a glob (pool/*, **).",
    "`supervise help NAME` says more about a command, and explains the name of an error or a key of supervise.toml.",
  ].join("\n");
}

/** All about one command. */
export function renderCommandHelp(
  { name, aliases }: VerbFacts,
  { usage, about, examples }: CommandFacts,
  options: readonly Option[],
  paint: Painter,
): string {
  const alias = aliases.length === 0 ? [] : [`Also: ${aliases.join(", ")}`, ""];
  return [
    `${paint.bold("Usage:")} supervise ${name} [options] ${usage}`.trimEnd(),
    "",
    ...about.flatMap((paragraph) => [paragraph, ""]),
    ...alias,
    paint.bold("Options:"),
    ...columns(options.map(optionLine), paint),
    "",
    paint.bold("Examples:"),
    ...columns(examples, paint),
  ].join("\n");
}

function optionLine({ name, short, value, doc }: Option): readonly [string, string] {
  const letter = short === undefined ? "    " : `-${short}, `;
  return [`${letter}--${name}${value === undefined ? "" : ` ${value}`}`, doc];
}

function columns(lines: readonly (readonly [string, string])[], paint: Painter): readonly string[] {
  const width = Math.max(...lines.map(([left]) => left.length));
  return lines.map(([left, right]) => `  ${paint.cyan(left.padEnd(width))}  ${right}`);
}
