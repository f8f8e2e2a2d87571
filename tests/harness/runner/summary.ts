/** The lines that a run of all tests ends with. */
import type { Counts } from "./counts.ts";
import type { UnitEnd } from "./run_units.ts";
import { roomOf, type Unit } from "./suite.ts";

/** How a unit is called: its file, or the folder of its files. */
export function nameOf({ suite, files }: Unit): string {
  const what = files.length === 1 ? files[0] : `${roomOf(files[0]!)} (${files.length} files)`;
  return `${what} [${suite.name}]`;
}

/** A table of the units that took longest, the longest first. */
export function slowest(ends: readonly UnitEnd[], most: number): readonly string[] {
  return [...ends].sort((a, b) => b.seconds - a.seconds).slice(0, most)
    .map(({ unit, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${nameOf(unit)}`);
}

/** The last line, and above it the names of the files that passed only when they were run again. */
export function lastLines({ passed, failed, skipped }: Counts, flaky: readonly Unit[]): readonly string[] {
  const names = flaky.length > 0 ? [`flaky: ${flaky.map(nameOf).join(", ")}`] : [];
  return [...names, `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`];
}

/** The part of an output that the reader of a failure looks for: without the lines of tests that passed. */
export function withoutPassed(output: string): string {
  const quiet = /^\(pass\) |^running \d+ tests? from |\.\.\. ok \(|^tests\/\S+:$|^\s*$/;
  return output.split("\n").filter((line) => !quiet.test(line)).join("\n");
}
