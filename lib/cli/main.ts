/** The command line: finds the command, sorts its words, runs it, and turns what it throws into an exit code. */
import { limitErrorOf } from "../base/limit_error.ts";
import { ExitCode } from "../base/exit_code.ts";
import { nearestName } from "../base/nearest.ts";
import { UserError } from "../base/user_error.ts";
import { VERSION } from "../base/version.ts";
import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { run } from "../scope/run.ts";
import { type Command, GLOBAL_OPTIONS } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { findVerb } from "./find_verb.ts";
import { asksFor, type Option, parseWords, usage, withGlobals } from "./option.ts";
import { renderCommandHelp, renderHelp } from "./render/help.ts";
import { Ui } from "./ui.ts";

/** Runs a command line and returns its exit code. Never throws. */
export async function main(openHost: () => Promise<Host>, program: Program): Promise<number> {
  let ui = uiFor(program, program.args, GLOBAL_OPTIONS);
  try {
    const { verb, words, asksForVersion } = findVerb(program.args, optionsBehind);
    if (asksForVersion) {
      await ui.print(`supervise ${VERSION}`);
      return ExitCode.done;
    }
    ui = uiFor(program, words, optionsBehind(verb));
    if (verb === undefined || verb === "help") return await help(ui, words, verb === "help");
    return await runCommand(findCommand(verb), words, openHost, program, ui);
  } catch (thrown) {
    const error = limitErrorOf(thrown) ?? thrown;
    await ui.fail(error);
    return error instanceof UserError ? error.exitCode : ExitCode.failed;
  }
}

async function runCommand(
  command: Command,
  words: readonly string[],
  openHost: () => Promise<Host>,
  program: Program,
  ui: Ui,
): Promise<number> {
  const options = optionsOf(command);
  if (asksFor(words, "help", options)) {
    await (ui.json
      ? ui.printJson([factsOf(command)])
      : ui.print(renderCommandHelp(command, options, ui.out)));
    return ExitCode.done;
  }
  const args = parseWords(words, options);
  checkCount(command, args.words.length);
  const host = await openHost();
  try {
    return await run(() => command.run({ host, program, ui, args }), {
      clock: host.clock,
      name: command.name,
    });
  } finally {
    host.processes.close();
  }
}

async function help(ui: Ui, words: readonly string[], takesName: boolean): Promise<number> {
  const name = parseWords(words, GLOBAL_OPTIONS).words[takesName ? 0 : Infinity];
  if (ui.json) await ui.printJson([name === undefined ? COMMANDS.map(factsOf) : factsOf(findCommand(name))]);
  else if (name === undefined) await ui.print(renderHelp(COMMANDS, GLOBAL_OPTIONS, ui.out));
  else {
    const command = findCommand(name);
    await ui.print(renderCommandHelp(command, optionsOf(command), ui.out));
  }
  return ExitCode.done;
}

/** What there is to know of a command. */
function factsOf(command: Command): Record<string, unknown> {
  const { name, aliases, summary, usage, about, examples } = command;
  return { name, aliases: aliases ?? [], summary, usage, about, options: optionsOf(command), examples };
}

function findCommand(name: string): Command {
  const names = COMMANDS.flatMap((command) => [command.name, ...(command.aliases ?? [])]);
  const command = COMMANDS.find((one) => isCalled(one, name));
  if (command !== undefined) return command;
  const nearest = nearestName(name, names);
  throw usage(
    "usage/unknown-command",
    `There is no command "${name}"`,
    nearest === null ? "`supervise help` lists the commands" : `did you mean "${nearest}"?`,
  );
}

function isCalled({ name, aliases }: Command, verb: string | undefined): boolean {
  return verb !== undefined && (name === verb || aliases?.includes(verb) === true);
}

/** The options of a command; the global ones where no command is known. */
function optionsOf(command: Command | undefined): readonly Option[] {
  return withGlobals(command?.options ?? [], GLOBAL_OPTIONS);
}

function optionsBehind(verb: string | undefined): readonly Option[] {
  return optionsOf(COMMANDS.find((one) => isCalled(one, verb)));
}

function checkCount({ name, words: [least, most], usage: shape }: Command, count: number): void {
  if (count >= least && count <= most) return;
  const what = count < least ? "too few words" : "too many words";
  throw usage("usage/words", `${what} for "${name}"`, `supervise ${name} ${shape}`.trim());
}

/** What is needed before the words are sorted, because an error in them must be told in the way that they ask for. */
function uiFor(program: Program, words: readonly string[], options: readonly Option[]): Ui {
  const has = (name: string) => asksFor(words, name, options);
  return new Ui(program, {
    json: has("json"),
    noColor: has("no-color"),
    raw: has("raw"),
    verbosity: has("quiet") ? "quiet" : has("verbose") ? "verbose" : "normal",
  });
}
