import type { CommandFacts } from "../command.ts";
import type { Option } from "../option.ts";
import type { VerbFacts } from "../verbs.ts";
import type { Painter } from "./paint.ts";
import { wrapTo } from "./wrap.ts";

/** Narrower than that nothing is broken into lines beside what it explains. */
const LEAST_COLUMNS = 20;

/** The place that help is shown on. */
export interface HelpSheet {
  /** Infinity where there is no terminal: nothing is broken into lines then. */
  readonly columns: number;
  readonly paint: Painter;
}

/** The list of all commands. */
export function renderHelp(
  verbs: readonly VerbFacts[],
  globals: readonly Option[],
  sheet: HelpSheet,
): string {
  const { paint } = sheet;
  const lines = verbs.map(({ name, summary }) => [name, summary] as const);
  return [
    `${paint.bold("supervise")} runs trees of processes and never loses track of one.`,
    "",
    `${paint.bold("Usage:")} supervise [options] COMMAND [options] [selectors...]`,
    "",
    paint.bold("Commands:"),
    ...pairs(lines, sheet),
    "",
    paint.bold("Options of every command, before it or behind it:"),
    ...pairs(globals.map(optionLine), sheet),
    "",
    ...wrapTo(
      "A selector is the path of an actor or a tree (api, pool/queue) or a glob (pool/*, **).",
      sheet.columns,
    ),
    ...wrapTo(
      "`supervise help NAME` says more about a command, and explains the name of an error or a key of supervise.toml.",
      sheet.columns,
    ),
  ].join("\n");
}

/** All about one command. */
export function renderCommandHelp(
  { name, aliases }: VerbFacts,
  { usage, about, examples }: CommandFacts,
  options: readonly Option[],
  sheet: HelpSheet,
): string {
  const { paint } = sheet;
  const alias = aliases.length === 0 ? [] : [`Also: ${aliases.join(", ")}`, ""];
  return [
    `${paint.bold("Usage:")} supervise ${name} [options] ${usage}`.trimEnd(),
    "",
    ...about.flatMap((paragraph) => [...wrapTo(paragraph, sheet.columns), ""]),
    ...alias,
    paint.bold("Options:"),
    ...pairs(options.map(optionLine), sheet),
    "",
    paint.bold("Examples:"),
    ...pairs(examples, sheet),
  ].join("\n");
}

function optionLine({ name, short, value, doc }: Option): readonly [string, string] {
  const letter = short === undefined ? "    " : `-${short}, `;
  return [`${letter}--${name}${value === undefined ? "" : ` ${value}`}`, doc];
}

/** Each with what explains it beside it; below it, where there is no room for that. */
function pairs(
  lines: readonly (readonly [string, string])[],
  { columns, paint }: HelpSheet,
): readonly string[] {
  const width = Math.max(...lines.map(([left]) => left.length));
  const isBeside = columns - width - 4 >= LEAST_COLUMNS;
  const indent = isBeside ? width + 4 : 6;
  return lines.flatMap(([left, right]) => {
    const texts = wrapTo(right, Math.max(1, columns - indent));
    const below = texts.map((text) => " ".repeat(indent) + text);
    return isBeside
      ? [`  ${paint.cyan(left.padEnd(width))}  ${texts[0]}`, ...below.slice(1)]
      : [`  ${paint.cyan(left)}`, ...below];
  });
}
