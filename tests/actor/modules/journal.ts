/** Where actors write down what becomes of them: it can be read also when they are gone. */
import { appendFileSync } from "node:fs";
import process from "node:process";

/** The variable that says which file it is. */
export const JOURNAL_VARIABLE = "SUPERVISE_ACTOR_JOURNAL";

/** Writes a line, at once. */
export function note(text: string): void {
  appendFileSync(process.env[JOURNAL_VARIABLE]!, `${text}\n`);
}
