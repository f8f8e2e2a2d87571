/** Whether a simulation of a recorded life is where that life was. PURE. */
import { type Instant, instant } from "../../base/instant.ts";
import type { RecordedRun } from "./recorded_run.ts";

/** An event that was recorded earlier or later than this, seen from when it is due, was due for another reason. */
export const OFF_COURSE_MS = 1_000;

/** Whether something that is due came about then. */
export function isOnCourse(recordedMs: number, due: Instant): boolean {
  return Math.abs(recordedMs - due) <= OFF_COURSE_MS;
}

/** When something comes that was recorded: at that time, if it is about when it is due; else when it is due. */
export function asRecorded(due: Instant, recordedMs: number | null): Instant {
  return recordedMs !== null && isOnCourse(recordedMs, due) ? instant(recordedMs) : due;
}

/** Whether something of a run was left when its process had ended, and had to be killed. */
export function wasKilledAfterwards(run: RecordedRun | null): boolean {
  if (run === null || run.exit === null || run.killedAt === null) return false;
  return run.killedAt > run.exit.atMs;
}
