/** The parts by which the library computes the course of trees, loaded when they are first needed. */
export { instant } from "../base/instant.ts";
export { loadCronDates } from "../engine/cron_dates.ts";
export { explainNode } from "../explanation/explanation.ts";
export { lineText } from "../simulation/check_script.ts";
export { judgeSimulated } from "../simulation/expect/judge_simulated.ts";
export { linesOrThrow } from "../simulation/lines_or_throw.ts";
export { LINE_KINDS } from "../simulation/script_text.ts";
export { SimulatedTree } from "../simulation/simulated_tree.ts";
export { simulateTrace } from "../simulation/simulate.ts";
export { describeBroken } from "../words/describe_verdict.ts";
export { journalEntryOf } from "../words/journal_entry_of.ts";
export { wordedEntry } from "../words/worded_entry.ts";
export { explainedWith } from "./explained.ts";
