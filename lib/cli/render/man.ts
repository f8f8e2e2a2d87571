/**
 * The pages of the manual, supervise(1) and supervise.toml(5), from the commands and from the definition of keys. PURE: the
 * same bytes whenever it is called, so that packages can be made again.
 */
import { ExitCode } from "../../base/exit_code.ts";
import { VERSION } from "../../base/version.ts";
import { demandOf, type KeyFacts, type TableFacts } from "../../config/reference/key_facts.ts";
import { LANGUAGE_NOTES } from "../../config/reference/language_notes.ts";
import { toldOnce, type ToldTable } from "../../config/reference/told_once.ts";
import { type CommandFacts, GLOBAL_OPTIONS } from "../command.ts";
import { EXIT_WORDS } from "../help/exit_words.ts";
import type { Option } from "../option.ts";
import type { VerbFacts } from "../verbs.ts";
import { argument, example, literal, prose, tagged } from "./roff.ts";

/** The day of the last change to the texts of the pages. */
const REVISED = "2026-11-30";

/** A command, with its verb. */
export interface DocumentedCommand {
  readonly verb: VerbFacts;
  readonly command: CommandFacts;
}

const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ["SUPERVISE_PROFILES", "The active profiles where --profile is not given, with commas between them."],
  ["NO_COLOR", "If it is set and not empty, nothing is coloured."],
  [
    "XDG_STATE_HOME",
    "Where logs and journals are kept, in a folder `supervise`; without it in ~/.local/state.",
  ],
];

const FILES: readonly (readonly [string, string])[] = [
  ["supervise.toml", "The configuration that is looked for in the folder of the command and those above it."],
];

/** supervise(1). */
export function commandsPage(commands: readonly DocumentedCommand[]): string {
  return page([
    ...title("SUPERVISE", "1", "User Commands"),
    ...name("supervise", "run trees of processes and never lose track of one"),
    ".SH SYNOPSIS",
    `\\fBsupervise\\fR [\\fIoptions\\fR] \\fIcommand\\fR [\\fIoptions\\fR] [\\fIwords\\fR]`,
    ".SH DESCRIPTION",
    prose(
      "A file in TOML declares a tree of actors, which are processes with all that they start. `supervise up` starts it in " +
        "order, restarts what crashes, and takes it down so that nothing is left behind. The file is described in " +
        "supervise.toml(5).",
    ),
    ".PP",
    prose(
      "A selector is the path of an actor or a tree, `api` or `pool/queue`, or a glob, `pool/*` or `**`.",
    ),
    ".SH OPTIONS",
    "These options stand before any command or behind it.",
    ...GLOBAL_OPTIONS.flatMap(optionLines),
    ".SH COMMANDS",
    ...commands.flatMap(commandLines),
    ".SH EXIT STATUS",
    ...Object.entries(EXIT_WORDS).flatMap(([name, words]) =>
      tagged(String(ExitCode[name as keyof typeof ExitCode]), [words])
    ),
    ...tagged("128+N", ["Signal N has ended what the command ran."]),
    ".SH ENVIRONMENT",
    ...ENVIRONMENT.flatMap(([name, text]) => tagged(name, [text])),
    ".SH FILES",
    ...FILES.flatMap(([name, text]) => tagged(name, [text])),
    ".SH SEE ALSO",
    "\\fBsupervise.toml\\fR(5)",
  ]);
}

function commandLines({ verb, command }: DocumentedCommand): readonly string[] {
  const { usage, about, options, examples } = command;
  const also = verb.aliases.length === 0 ? [] : [".PP", `Also: ${verb.aliases.map(literal).join(", ")}.`];
  return [
    `.SS ${argument(`supervise ${verb.name}${usage === "" ? "" : ` ${usage}`}`)}`,
    ...about.flatMap((paragraph, index) => index === 0 ? [prose(paragraph)] : [".PP", prose(paragraph)]),
    ...also,
    ...options.flatMap(optionLines),
    ...examples.flatMap(([line, what]) => [".PP", prose(`${sentence(what)}:`), ...example([line])]),
  ];
}

function optionLines({ name, short, value, doc }: Option): readonly string[] {
  const letter = short === undefined ? "" : `-${short}, `;
  return tagged(`${letter}--${name}${value === undefined ? "" : ` ${value}`}`, [`${sentence(doc)}.`]);
}

function sentence(clause: string): string {
  return clause.charAt(0).toUpperCase() + clause.slice(1);
}

const WHOLE_FILE = `name = "shop"

[actors.db]
exec = "postgres -D data"
daemon = true
ready = { tcp = "127.0.0.1:5432" }
stop = { signal = "SIGINT" }

[actors.migrate]
script = "./migrate.ts"
depends_on = ["db"]

[actors.api]
exec = "./api --port 8080"
daemon = true
depends_on = ["db", "migrate"]

[trees.jobs]
strategy = "rest_for_one"
intensity = { restarts = 3, within = "10s" }

[trees.jobs.actors.worker]
shell = "python3 worker.py 2>&1 | tee worker.out"
daemon = true`;

/** supervise.toml(5). */
export function languagePage(tables: readonly TableFacts[]): string {
  return page([
    ...title("SUPERVISE.TOML", "5", "File Formats"),
    ...name("supervise.toml", "configuration of a tree of processes"),
    ".SH DESCRIPTION",
    prose(
      "A file in TOML 1.0 that describes one tree of processes. `supervise check` validates it, `supervise plan` prints what " +
        "it compiles to, and `supervise up` runs it.",
    ),
    ...LANGUAGE_NOTES.flatMap(({ title, paragraphs }) => [
      `.SS ${argument(title)}`,
      ...paragraphs.flatMap((text, index) => index === 0 ? [prose(text)] : [".PP", prose(text)]),
    ]),
    ".SH KEYS",
    ...toldOnce(tables).flatMap(tableLines),
    ".SH EXAMPLES",
    ...example(WHOLE_FILE.split("\n")).slice(1),
    ".SH SEE ALSO",
    "\\fBsupervise\\fR(1)",
  ]);
}

function tableLines({ table, keys, before }: ToldTable): readonly string[] {
  const demand = demandOf(table, code);
  const told = before.map(({ table, keys }) =>
    `The same as at ${table.header}: ${keys.map(({ name }) => code(name)).join(", ")}.`
  );
  return [
    `.SS ${argument(sentence(table.header))}`,
    ...[...(demand === null ? [] : [demand]), ...told].flatMap((text, index) =>
      index === 0 ? [prose(text)] : [".PP", prose(text)]
    ),
    ...keys.flatMap(keyLines),
  ];
}

function code(name: string): string {
  return `\`${name}\``;
}

function keyLines({ name, type, byDefault, doc, example, isLater }: KeyFacts): readonly string[] {
  const takes = isLater
    ? "This version refuses it."
    : `Takes ${type}${byDefault === null ? "" : `; \`${byDefault}\` by default`}.`;
  return tagged(name, [doc, takes, ...(example === null ? [] : [`\`${name} = ${example}\``])]);
}

function title(name: string, section: string, volume: string): readonly string[] {
  return [`.TH ${argument(name)} ${section} ${REVISED} "supervise ${VERSION}" "${volume}"`];
}

function name(page: string, what: string): readonly string[] {
  return [".SH NAME", `${literal(page)} \\- ${what}`];
}

function page(lines: readonly string[]): string {
  return lines.join("\n");
}
