/** The course of a simulation as it is printed: a timeline and a chart, or one value for programs. */
import { lineText } from "../../simulation/check_script.ts";
import type { ScriptLine } from "../../simulation/script.ts";
import type { Simulated } from "../../simulation/simulate.ts";
import { journalEntryOf } from "../../words/journal_entry_of.ts";
import { wordedEntry } from "../../words/worded_entry.ts";
import { renderChart } from "../render/chart.ts";
import { renderTimeline } from "../render/timeline.ts";
import type { Ui } from "../ui.ts";

/** The script of a course, and the seed that it was computed with. */
export interface Played {
  readonly lines: readonly ScriptLine[];
  readonly seed: number;
}

/** For people. */
export function courseText(simulated: Simulated, { lines }: Played, ui: Ui): string {
  const { date, entries, untilMs } = simulated;
  const deaths = lines.flatMap((line) => line.kind === "kill_supervisor" ? [line.atMs] : [])
    .filter((atMs) => atMs <= untilMs);
  const marks = deaths.map((atMs) => ({ atMs, text: "the supervisor is killed" }));
  const timeline = renderTimeline(entries, { date, isWhole: ui.verbosity === "verbose", marks }, ui.out);
  return [timeline, "", renderChart(simulated, ui.columns, ui.out)].join("\n");
}

/** For programs. */
export function courseJson(simulated: Simulated, { lines, seed }: Played) {
  const { plan, date, entries, untilMs, changes, outcome, isAtRest, unplayed } = simulated;
  return {
    name: plan.name,
    file: plan.file,
    script: lines.map(lineText),
    seed,
    untilMs,
    outcome,
    isAtRest,
    unplayed: unplayed.map(({ line, why }) => ({ line: lineText(line), why })),
    entries: entries.map((entry) => ({ ...wordedEntry(journalEntryOf(entry, date)), atMs: entry.atMs })),
    states: changes.map(({ atMs, path, fact }) => ({ atMs, path, ...fact })),
  };
}
