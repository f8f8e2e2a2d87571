/** Computes a life of a tree again that was recorded, and compares the two. PURE. */
import type { Plan } from "../../config/plan.ts";
import type { Calendar } from "../../supervision/calendar.ts";
import { type Simulated, simulateTrace } from "../simulate.ts";
import type { Recording } from "./recording.ts";
import { type CourseDifference, sameCourse } from "./same_course.ts";

/** A life that was computed again. */
export interface Replayed {
  readonly simulated: Simulated;
  /** Where it first differs from what was recorded; null if the courses are the same. */
  readonly difference: CourseDifference | null;
}

/** Nothing is late by more than this in a simulation. */
const AFTERMATH_MS = 100;

/** See the module. @param nextDate The dates of cron expressions. */
export function replay(plan: Plan, recording: Recording, nextDate?: Calendar["next"]): Replayed {
  const { entries, date } = recording;
  const simulated = simulateTrace(plan, [], {
    recording,
    date,
    forMs: entries.at(-1)!.atMs + AFTERMATH_MS,
    ...(nextDate === undefined ? {} : { nextDate }),
  });
  return { simulated, difference: sameCourse(entries, simulated.entries) };
}
