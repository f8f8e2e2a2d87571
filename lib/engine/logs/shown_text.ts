/** A line as people see it: without colours and other orders to a terminal, and as carriage returns leave it. */

/** Orders to a terminal: those of ECMA-48, with their arguments, and the texts of a terminal's own (titles, links). */
// deno-lint-ignore no-control-regex
const ORDERS = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-Z\\^-~])/g;

/** The texts that a line shows, one after the other in the same place. */
export function shownTexts(line: string): readonly string[] {
  return line.replace(ORDERS, "").replace(/\r+$/, "").split("\r");
}
