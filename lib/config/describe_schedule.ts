import { formatDuration } from "../base/duration.ts";
import type { Schedule } from "./plan.ts";

/** When an actor is run, for people: `run at "0 3 * * *" (Europe/Berlin)`. */
export function describeSchedule({ timing, overlap, catchUp }: Schedule): string {
  const when = "everyMs" in timing
    ? `run every ${formatDuration(timing.everyMs)}`
    : `run at "${timing.cron}" (${timing.timezone ?? "local time"})`;
  return [when, OVERLAPS[overlap], ...(catchUp ? ["a missed run is made up for"] : [])].join(", ");
}

const OVERLAPS: Readonly<Record<Schedule["overlap"], string>> = {
  skip: "skipped while it runs",
  queue: "one waits while it runs",
  replace: "the one that runs is stopped for it",
};
