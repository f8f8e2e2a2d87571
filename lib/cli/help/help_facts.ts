import type { VerbFacts } from "../verbs.ts";

/** The facts about the verb that explains the others. It is none of their list, because it loads the list. */
export const HELP_FACTS: VerbFacts = {
  name: "help",
  aliases: [],
  summary: "explains a command, an error or a key",
};
