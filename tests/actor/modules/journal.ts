/** Where actors write down what becomes of them: it can be read also when they are gone. */
import { appendFileSync } from "node:fs";
import process from "node:process";

/** The variable that says which file it is. */
export const JOURNAL_VARIABLE = "SUPERVISE_ACTOR_JOURNAL";

/** What is added to that for the name of the bell: whoever waits for a line is woken by what is written there. */
export const BELL_SUFFIX = ".bell";

/** Writes a line, at once. */
export function note(text: string): void {
  const journal = process.env[JOURNAL_VARIABLE]!;
  appendFileSync(journal, `${text}\n`);
  appendFileSync(`${journal}${BELL_SUFFIX}`, "!");
}
