/** Holds a course that was computed to sentences as people write them. PURE. */
import type { Simulated } from "../simulate.ts";
import { expectationsOrThrow } from "./check.ts";
import { Course, judge, type Judged } from "./judge.ts";

/**
 * See the module.
 *
 * @param forMs How long the course was to be; null if nobody has said.
 * @throws {UserError} For a sentence that cannot be read, or cannot be told from this course.
 */
export function judgeSimulated(
  simulated: Simulated,
  texts: readonly string[],
  forMs: number | null,
): readonly Judged[] {
  const horizonMs = forMs ?? (simulated.isAtRest ? null : simulated.untilMs);
  const expectations = expectationsOrThrow(simulated.plan, texts, horizonMs);
  const course = new Course(simulated, simulated.isAtRest);
  return expectations.map((expectation) => ({ expectation, verdict: judge(expectation, course) }));
}
