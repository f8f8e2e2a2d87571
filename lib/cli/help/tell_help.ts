/** Tells of commands: all of them, or one. */
import { type CommandFacts, GLOBAL_OPTIONS, optionsOf } from "../command.ts";
import { type HelpSheet, renderCommandHelp, renderHelp } from "../render/help.ts";
import type { Ui } from "../ui.ts";
import { type VerbFacts, VERBS } from "../verbs.ts";
import { HELP_FACTS } from "./help_facts.ts";

/** Lists all commands, with `help` itself, whose command has to be given because it imports this. */
export async function tellCommands(help: CommandFacts, ui: Ui): Promise<void> {
  if (!ui.json) return await ui.print(renderHelp([...VERBS, HELP_FACTS], GLOBAL_OPTIONS, sheetOf(ui)));
  await ui.printJson([(await loadCommands(help)).map(({ verb, command }) => factsOf(verb, command))]);
}

/** Says all about one command. */
export async function tellCommand(verb: VerbFacts, command: CommandFacts, ui: Ui): Promise<void> {
  await (ui.json
    ? ui.printJson([factsOf(verb, command)])
    : ui.print(renderCommandHelp(verb, command, optionsOf(command), sheetOf(ui))));
}

function sheetOf({ columns, out: paint }: Ui): HelpSheet {
  return { columns, paint };
}

/** All commands, loaded, and the given command of `help`. */
export async function loadCommands(
  help: CommandFacts,
): Promise<readonly { readonly verb: VerbFacts; readonly command: CommandFacts }[]> {
  const commands = await Promise.all(VERBS.map(async (verb) => ({ verb, command: await verb.load() })));
  return [...commands, { verb: HELP_FACTS, command: help }];
}

/** The facts about a command. */
function factsOf({ name, aliases, summary }: VerbFacts, command: CommandFacts): Record<string, unknown> {
  const { usage, about, examples } = command;
  return { name, aliases, summary, usage, about, options: optionsOf(command), examples };
}
