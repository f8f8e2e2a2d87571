/** Tells of commands: all of them, or one. */
import { type Command, type CommandFacts, GLOBAL_OPTIONS, optionsOf } from "../command.ts";
import { renderCommandHelp, renderHelp } from "../render/help.ts";
import type { Ui } from "../ui.ts";
import { type Verb, type VerbFacts, VERBS } from "../verbs.ts";

/** Lists all commands. */
export async function tellCommands(ui: Ui): Promise<void> {
  if (!ui.json) return await ui.print(renderHelp(VERBS, GLOBAL_OPTIONS, ui.out));
  await ui.printJson([await Promise.all(VERBS.map(async (verb) => factsOf(verb, await verb.load())))]);
}

/** Says all about one command. */
export async function tellCommand(verb: VerbFacts, command: CommandFacts, ui: Ui): Promise<void> {
  await (ui.json
    ? ui.printJson([factsOf(verb, command)])
    : ui.print(renderCommandHelp(verb, command, optionsOf(command), ui.out)));
}

/** All commands, loaded. */
export async function loadCommands(): Promise<readonly { readonly verb: Verb; readonly command: Command }[]> {
  return await Promise.all(VERBS.map(async (verb) => ({ verb, command: await verb.load() })));
}

/** What there is to know of a command. */
function factsOf({ name, aliases, summary }: VerbFacts, command: CommandFacts): Record<string, unknown> {
  const { usage, about, examples } = command;
  return { name, aliases, summary, usage, about, options: optionsOf(command), examples };
}
