/** The command line: finds the command, sorts its words, runs it, and turns what it throws into an exit code. */
import { limitErrorOf } from "../base/limit_error.ts";
import { ExitCode } from "../base/exit_code.ts";
import { nearestName } from "../base/nearest.ts";
import { UserError } from "../base/user_error.ts";
import { VERSION } from "../base/version.ts";
import type { ClientHost, Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { type Command, GLOBAL_OPTIONS, optionsOf } from "./command.ts";
import { findVerb } from "./find_verb.ts";
import { HELP_FACTS } from "./help/help_facts.ts";
import { asksFor, type Option, parseWords, usage, withDashes } from "./option.ts";
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
    if (verb !== undefined) return await runCommand(requireVerb(verb), words, hosts, program, ui);
    parseWords(words, GLOBAL_OPTIONS);
    await (await import("./help/tell_help.ts")).tellCommands(await HELP.load(), ui);
    return ExitCode.done;
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
    await (await import("./help/tell_help.ts")).tellCommand(verb, command, ui);
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
  return [...VERBS, HELP].find((verb) =>
    verb.name === name || (name !== undefined && verb.aliases.includes(name))
  );
}

/** It tells of all verbs, and so is none of them. */
const HELP: Verb = {
  ...HELP_FACTS,
  load: async () => (await import("./help/help_command.ts")).help,
};

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

/** The output, which is made before the words are sorted: an error in them must be told in the way that they ask for. */
function uiFor(program: Program, words: readonly string[], options: readonly Option[]): Ui {
  const has = (name: string) => asksFor(words, name, options);
  return new Ui(program, {
    json: has("json"),
    noColor: has("no-color"),
    raw: has("raw"),
    verbosity: has("quiet") ? "quiet" : has("verbose") ? "verbose" : "normal",
  });
}
