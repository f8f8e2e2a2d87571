import { ExitCode } from "../../base/exit_code.ts";
import { nearestName } from "../../base/nearest.ts";
import { languageFacts } from "../../config/reference/key_facts.ts";
import { didYouMean, quote } from "../../config/wording.ts";
import type { TellingCommand } from "../command.ts";
import { usage } from "../option.ts";
import { commandsPage, languagePage } from "../render/man.ts";
import { renderTopic } from "../render/topic.ts";
import type { Ui } from "../ui.ts";
import { VERBS } from "../verbs.ts";
import { HELP_FACTS } from "./help_facts.ts";
import { loadCommands, tellCommand, tellCommands } from "./tell_help.ts";
import { topicCalled, topicNames } from "./topics.ts";

/** The name of the manual page about the file. */
const LANGUAGE_PAGE = "supervise.toml";

/** `supervise help`. */
export const help: TellingCommand = {
  usage: "[COMMAND | ERROR | KEY]",
  about: [
    "Says all about a command; or the cause and the cure of an error or a problem by its name, such as tree/not-running; or " +
    "the type, the default, the meaning and an example of a key of a configuration, such as depends_on or stop.grace. A name " +
    "that a command and a key have is that of the command: `actor.exec` is the key.",
    `With --man it prints a page of the manual: supervise(1), or for ${LANGUAGE_PAGE} the page about the file, which is of section 5.`,
  ],
  options: [{ name: "man", doc: "print the page of the manual, for man or mandoc" }],
  examples: [
    ["supervise help up", "all about a command"],
    ["supervise help config/unknown-key", "the cause and the cure of a problem"],
    ["supervise help ready", "a key, and those of its table"],
    [`supervise help --man ${LANGUAGE_PAGE}`, "for man/man5/supervise.toml.5"],
  ],
  words: [0, 1],
  takes: ["topic"],
  async tell({ ui, args }) {
    const name = args.words[0];
    if (args.has("man")) await ui.print(await manPage(name));
    else if (name === undefined) await tellCommands(help, ui);
    else await tellOf(name, ui);
    return ExitCode.done;
  },
};

async function manPage(name: string | undefined): Promise<string> {
  if (name === undefined || name === "supervise") return commandsPage(await loadCommands(help));
  if (name === LANGUAGE_PAGE) return languagePage(languageFacts());
  throw usage(
    "usage/unknown-topic",
    `There is no page ${quote(name)} in the manual`,
    `write --man, or --man ${LANGUAGE_PAGE}`,
  );
}

async function tellOf(name: string, ui: Ui): Promise<void> {
  const verb = VERBS.find((verb) => verb.name === name || verb.aliases.includes(name));
  if (verb !== undefined) return await tellCommand(verb, await verb.load(), ui);
  if (name === "help") return await tellCommand(HELP_FACTS, help, ui);
  const topic = topicCalled(name);
  if (topic === null) throw unknown(name);
  await (ui.json ? ui.printJson([topic]) : ui.print(renderTopic(topic, ui.out)));
}

function unknown(name: string) {
  const known = [...VERBS.map((verb) => verb.name), ...topicNames().map(({ value }) => value)];
  const nearest = nearestName(name, known);
  return usage(
    "usage/unknown-topic",
    `There is no command, error or key ${quote(name)}${didYouMean(nearest)}`,
    "`supervise help` lists the commands",
  );
}
