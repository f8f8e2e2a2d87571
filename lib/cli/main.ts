/** The command line: finds the command, sorts its words, runs it, and turns what it throws into an exit code. */
import { limitErrorOf } from "../base/limit_error.ts";
import { ExitCode } from "../base/exit_code.ts";
import { nearestName } from "../base/nearest.ts";
import { UserError } from "../base/user_error.ts";
import { VERSION } from "../base/version.ts";
import type { ClientHost, Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { type Command, GLOBAL_OPTIONS } from "./command.ts";
import { findVerb } from "./find_verb.ts";
import { asksFor, type Option, parseWords, usage, withDashes, withGlobals } from "./option.ts";
import { renderCommandHelp, renderHelp } from "./render/help.ts";
import { Ui } from "./ui.ts";
import { type Verb, VERBS } from "./verbs.ts";

/** How the machine is opened. */
export interface Hosts {
  readonly openHost: () => Promise<Host>;
  /** For a command that asks a supervisor. */
  readonly openClientHost: () => Promise<ClientHost>;
}

/** Runs a command line and returns its exit code. Never throws. */
export async function main(hosts: Hosts, program: Program): Promise<number> {
  let ui = uiFor(program, program.args, GLOBAL_OPTIONS);
  try {
    const { verb, words: found, asksForVersion } = await findVerb(program.args, optionsBehind);
    const words = await ownWords(verb, found);
    if (asksForVersion) {
      await ui.print(`supervise ${VERSION}`);
      return ExitCode.done;
    }
    ui = uiFor(program, words, await optionsBehind(verb));
    if (verb === undefined || verb === "help") return await help(ui, words, verb === "help");
    return await runCommand(requireVerb(verb), words, hosts, program, ui);
  } catch (thrown) {
    const error = limitErrorOf(thrown) ?? thrown;
    await ui.fail(error);
    return error instanceof UserError ? error.exitCode : ExitCode.failed;
  }
}

async function runCommand(
  verb: Verb,
  words: readonly string[],
  { openHost, openClientHost }: Hosts,
  program: Program,
  ui: Ui,
): Promise<number> {
  const command = await verb.load();
  const options = optionsOf(command);
  if (asksFor(words, "help", options)) {
    await tellAbout(verb, command, ui);
    return ExitCode.done;
  }
  const args = parseWords(words, options);
  checkCount(verb, command, args.words.length);
  if ("tell" in command) return await command.tell({ program, ui, args });
  const { run } = await import("../scope/run.ts");
  let whole: Host | null = null;
  const open = async () => whole ??= await openHost();
  try {
    if ("ask" in command) {
      const host = await openClientHost();
      const context = { host, openHost: open, program, ui, args };
      return await run(() => command.ask(context), { clock: host.clock, name: verb.name });
    }
    const host = await open();
    const context = { host, openHost: open, program, ui, args };
    return await run(() => command.run(context), { clock: host.clock, name: verb.name });
  } finally {
    (whole as Host | null)?.processes.close();
  }
}

async function help(ui: Ui, words: readonly string[], takesName: boolean): Promise<number> {
  const name = parseWords(words, GLOBAL_OPTIONS).words[takesName ? 0 : Infinity];
  if (name !== undefined) {
    const verb = requireVerb(name);
    await tellAbout(verb, await verb.load(), ui);
  } else if (ui.json) {
    await ui.printJson([await Promise.all(VERBS.map(async (verb) => factsOf(verb, await verb.load())))]);
  } else {
    await ui.print(renderHelp(VERBS, GLOBAL_OPTIONS, ui.out));
  }
  return ExitCode.done;
}

async function tellAbout(verb: Verb, command: Command, ui: Ui): Promise<void> {
  await (ui.json
    ? ui.printJson([factsOf(verb, command)])
    : ui.print(renderCommandHelp(verb, command, optionsOf(command), ui.out)));
}

/** What there is to know of a command. */
function factsOf({ name, aliases, summary }: Verb, command: Command): Record<string, unknown> {
  const { usage, about, examples } = command;
  return { name, aliases, summary, usage, about, options: optionsOf(command), examples };
}

function requireVerb(name: string): Verb {
  const verb = verbCalled(name);
  if (verb !== undefined) return verb;
  const nearest = nearestName(name, VERBS.flatMap((verb) => [verb.name, ...verb.aliases]));
  throw usage(
    "usage/unknown-command",
    `There is no command "${name}"`,
    nearest === null ? "`supervise help` lists the commands" : `did you mean "${nearest}"?`,
  );
}

function verbCalled(name: string | undefined): Verb | undefined {
  return VERBS.find((verb) => verb.name === name || (name !== undefined && verb.aliases.includes(name)));
}

/** The options of a command; the global ones where no command is known. */
function optionsOf(command: Command | undefined): readonly Option[] {
  return withGlobals(command?.options ?? [], GLOBAL_OPTIONS);
}

/** The words, those of another program's command line behind dashes. */
async function ownWords(verb: string | undefined, words: readonly string[]): Promise<readonly string[]> {
  const command = await verbCalled(verb)?.load();
  return command?.takesCommand === true ? withDashes(words, optionsOf(command)) : words;
}

async function optionsBehind(verb: string | undefined): Promise<readonly Option[]> {
  return optionsOf(await verbCalled(verb)?.load());
}

function checkCount({ name }: Verb, { words: [least, most], usage: shape }: Command, count: number): void {
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
