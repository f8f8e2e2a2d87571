/**
 * The date, as the core is handed it: what the clock on the wall shows, and when a cron expression comes next. Dates jump, so
 * that they are never compared with an `Instant`. PURE.
 */
import type { CronTiming, NodeId, Schedule } from "../config/plan.ts";

/** When a run is due, and by what that was reckoned. */
export interface KeptDate {
  readonly timing: Schedule["timing"];
  /** In milliseconds since 1970. */
  readonly date: number;
}

/** By the addresses of the actors. */
export type KeptDates = ReadonlyMap<NodeId, KeptDate>;

/** The knowledge that a step has of the date. */
export interface Calendar {
  /** In milliseconds since 1970. */
  readonly date: number;
  /** The first date after `date` that an expression names, in milliseconds since 1970; null if none ever comes. */
  readonly next: (timing: CronTiming, date: number) => number | null;
  /** The next runs of actors that make up for what they miss, as they were when somebody last saw to them; left out for none. */
  readonly kept?: KeptDates;
}

/** That of a tree without cron expressions. */
export const NO_CALENDAR: Calendar = { date: 0, next: () => null };
