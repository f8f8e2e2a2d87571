import { readFileSync } from "node:fs";

/** How many tests came to which end. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** No test at all. */
export const NO_TESTS: Counts = { passed: 0, failed: 0, skipped: 0 };

/** The numbers of both. */
export function added(one: Counts, other: Counts): Counts {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  };
}

/** Counts the tests of a JUnit report. */
export function countsIn(xml: string): Counts {
  const count = (pattern: RegExp) => [...xml.matchAll(pattern)].length;
  const failed = count(/<(?:failure|error)\b/g);
  const skipped = count(/<skipped\b/g);
  return { passed: count(/<testcase\b/g) - failed - skipped, failed, skipped };
}

/** Counts the tests of a report; null if there is none, because the process that was to write it has died. */
export function readCounts(file: string): Counts | null {
  try {
    return countsIn(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}
