import type { ClientHost, Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { type Option, type Parsed, withGlobals } from "./option.ts";
import type { Takes } from "./takes.ts";
import type { Ui } from "./ui.ts";

/** The host, the output and the words of a command that asks a supervisor. */
export interface AskingContext {
  readonly host: ClientHost;
  /** Opens the rest of the host, or gives it if it is open. */
  readonly openHost: () => Promise<Host>;
  readonly program: Program;
  readonly ui: Ui;
  /** The words behind the verb. */
  readonly args: Parsed;
}

/** The same with the whole host, open already. */
export interface Context extends AskingContext {
  readonly host: Host;
}

/** The description of a command, as data: the parser and the help are made from it. */
export interface CommandFacts {
  /** The words that follow the verb: `[FILE]`, `SEL...`. */
  readonly usage: string;
  /** Paragraphs that people should read before they use it. */
  readonly about: readonly string[];
  readonly options: readonly Option[];
  /** Command lines and what they do. */
  readonly examples: readonly (readonly [string, string])[];
  /** Whether its words are the command line of another program, whose options are not its own: they begin with the first word. */
  readonly takesCommand?: boolean;
  /** How many words it takes at least and at most. */
  readonly words: readonly [number, number];
  /** The kinds of things that its words name, in order; the last one stands for all that follow. @default Nothing */
  readonly takes?: readonly Takes[];
}

/** A command that needs nothing of the machine but its own output, so that no host is opened for it. */
export interface TellingCommand extends CommandFacts {
  /** @returns The exit code. @throws {UserError} */
  tell(context: Omit<Context, "host" | "openHost">): Promise<number>;
}

/** A command that asks a supervisor, and needs the rest of the host rarely if at all. */
export interface AskingCommand extends CommandFacts {
  /** @returns The exit code. @throws {UserError} */
  ask(context: AskingContext): Promise<number>;
}

/** A command that runs under the scheduler, on a host. */
export interface RunningCommand extends CommandFacts {
  /** @returns The exit code. @throws {UserError} */
  run(context: Context): Promise<number>;
}

export type Command = TellingCommand | AskingCommand | RunningCommand;

/** The option of commands that show what actors have printed. */
export const RAW_OPTION: Option = {
  name: "raw",
  doc: "on a terminal: all that the actors print, also what the terminal acts upon",
};

/** The options that every command has. */
export const GLOBAL_OPTIONS: readonly Option[] = [
  {
    name: "file",
    short: "f",
    value: "FILE",
    takes: "file",
    doc: "the configuration; default: supervise.toml here or above",
  },
  { name: "name", short: "p", value: "NAME", takes: "tree", doc: "the tree by its name instead" },
  { name: "json", doc: "print JSON: one value, or one a line for streams" },
  { name: "no-color", doc: "no colours; NO_COLOR does the same" },
  { name: "quiet", short: "q", doc: "no talk, only data and errors" },
  { name: "verbose", short: "v", doc: "more talk" },
  { name: "help", short: "h", doc: "this help" },
];

/** The options of a command; the global ones where no command is known. */
export function optionsOf(command: CommandFacts | undefined): readonly Option[] {
  return withGlobals(command?.options ?? [], GLOBAL_OPTIONS);
}
