/** Runs units side by side, and once more what has failed. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CommandEnd, runCommand } from "./command.ts";
import { added, type Counts, NO_TESTS, readCounts } from "./counts.ts";
import { commandOf, type Unit } from "./suite.ts";
import { suspectsIn } from "./suspects.ts";

/** The end of a unit. */
export interface UnitEnd extends CommandEnd {
  readonly unit: Unit;
  readonly counts: Counts;
}

/** The end of all of them. */
export interface UnitsEnd {
  readonly counts: Counts;
  /** The units that failed, and whose tests passed when they were run again. */
  readonly flaky: readonly Unit[];
  /** The first run of each unit. */
  readonly ends: readonly UnitEnd[];
}

/** See {@linkcode runUnits}. */
export interface RunUnitsOptions {
  /** How many run side by side. */
  readonly atOnce: number;
  /** How many are run once more at most: where more have failed, it is not by chance. */
  readonly mostReruns: number;
  /** The folder that the names of files are relative to. */
  readonly cwd: string;
  /** Is told of each end, also of a second one. */
  readonly onEnd: (end: UnitEnd, isRerun: boolean) => void;
}

/**
 * Runs units in their order. A file whose test fails is run once more by itself, when all others are over; if it passes
 * then, it counts as passed, and is named as flaky.
 */
export async function runUnits(units: readonly Unit[], options: RunUnitsOptions): Promise<UnitsEnd> {
  const { atOnce, mostReruns, onEnd } = options;
  const reports = mkdtempSync(join(tmpdir(), "supervise-reports-"));
  try {
    const ends: UnitEnd[] = [];
    const waiting = units.entries();
    await Promise.all(Array.from({ length: atOnce }, async () => {
      for (const [index, unit] of waiting) {
        const end = await runUnit(unit, join(reports, `${index}.xml`), options.cwd);
        ends.push(end);
        onEnd(end, false);
      }
    }));
    let counts = totalOf(ends.filter(({ isOk }) => isOk));
    const flaky: Unit[] = [];
    const again = ends.filter(({ isOk }) => !isOk).flatMap(dividedOf);
    if (again.length > mostReruns) return { counts: totalOf(ends), flaky, ends };
    for (const [index, { unit, isSuspect }] of again.entries()) {
      const end = await runUnit(unit, join(reports, `again-${index}.xml`), options.cwd);
      counts = added(counts, end.counts);
      if (end.isOk && isSuspect) flaky.push(unit);
      onEnd(end, true);
    }
    return { counts, flaky, ends };
  } finally {
    rmSync(reports, { recursive: true });
  }
}

async function runUnit(unit: Unit, report: string, cwd: string): Promise<UnitEnd> {
  const end = await runCommand({ ...commandOf(unit.suite, unit.files, report), cwd });
  const counts = readCounts(report);
  // A process that is content and says nothing has been ended by a test of it.
  const isOk = end.isOk && counts !== null && counts.failed === 0;
  const failed = counts ?? NO_TESTS;
  return { ...end, unit, isOk, counts: isOk ? failed : { ...failed, failed: Math.max(failed.failed, 1) } };
}

/** What is run again of a failed unit: each suspect by itself, and the others together, which are to be counted. */
function dividedOf(
  { unit, output }: UnitEnd,
): readonly { readonly unit: Unit; readonly isSuspect: boolean }[] {
  const suspects = suspectsIn(output, unit.files);
  const others = unit.files.filter((file) => !suspects.includes(file));
  return [
    ...suspects.map((file) => ({ unit: { ...unit, files: [file] }, isSuspect: true })),
    ...(others.length > 0 ? [{ unit: { ...unit, files: others }, isSuspect: false }] : []),
  ];
}

function totalOf(ends: readonly UnitEnd[]): Counts {
  return ends.reduce((sum, { counts }) => added(sum, counts), NO_TESTS);
}
