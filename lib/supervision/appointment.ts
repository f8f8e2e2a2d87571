/**
 * When the next run of an actor with a schedule is due, as arithmetic.
 *
 * An interval goes by the clock of the core. A cron expression goes by the date, which may jump while the core waits: so the
 * date is looked at again at least every half a minute.
 *
 * - A date that passes unseen (the machine was asleep, the clock was put forward, no supervisor lived) is missed. One that is
 *   seen within a minute is merely late.
 * - A clock that is put back by less than three hours repeats no date. One that is put back further was wrong before, and the
 *   next date follows from what it shows now.
 */
import { after, earliest, type Instant, NEVER } from "../base/instant.ts";
import { isSameData } from "../base/same_data.ts";
import type { CronTiming, Schedule } from "../config/plan.ts";
import type { Calendar, KeptDate } from "./calendar.ts";

/** How often to look at the date: a jump is noticed after this time. */
export const LOOK_EVERY_MS = 30_000;

/** A run that is due for longer was missed. */
export const LATE_MS = 60_000;

/** A clock that is put back by more was wrong before. */
const SET_BACK_MS = 3 * 3_600_000;

/** When the next run is due, and by what that was reckoned. */
export type Appointment = Interval | DatedAppointment;

interface Interval {
  readonly by: "interval";
  readonly everyMs: number;
  readonly at: Instant;
}

interface DatedAppointment extends CronTiming {
  readonly by: "date";
  /** In milliseconds since 1970; `Infinity` if it never comes. */
  readonly date: number;
  /** The latest date that was seen while waiting for it. */
  readonly seen: number;
  /** When to look at the date again. */
  readonly at: Instant;
}

/** A run that is due. */
export interface Due {
  /** In milliseconds since 1970. */
  readonly date: number;
  /** Whether it should have begun long ago. */
  readonly isMissed: boolean;
}

/** An appointment that was kept, or not: what is due now, if anything is, and the one that follows. */
export interface Kept {
  readonly appointment: Appointment;
  readonly due: Due | null;
}

/**
 * The first run from now on; or, of a schedule that makes up for what it misses, the one that nobody has seen to since.
 *
 * @param kept The run that was next when somebody last saw to it; left out if that is not known.
 */
export function appoint(
  { timing, catchUp }: Schedule,
  now: Instant,
  calendar: Calendar,
  kept?: KeptDate,
): Appointment {
  const known = catchUp && kept !== undefined && isSameData(kept.timing, timing) ? kept.date : Infinity;
  if ("everyMs" in timing) {
    const { everyMs } = timing;
    return { by: "interval", everyMs, at: after(now, Math.min(known - calendar.date, everyMs)) };
  }
  if (known > calendar.date) return following(timing, now, calendar);
  return { by: "date", ...timing, date: known, seen: known, at: now };
}

/** Whether an appointment was reckoned by what a schedule says. */
export function isBy(appointment: Appointment, { timing }: Schedule): boolean {
  return appointment.by === "interval"
    ? "everyMs" in timing && timing.everyMs === appointment.everyMs
    : "cron" in timing && timing.cron === appointment.cron && timing.timezone === appointment.timezone;
}

/** Looks whether a run is due. */
export function keep(appointment: Appointment, now: Instant, calendar: Calendar): Kept {
  if (now < appointment.at) return { appointment, due: null };
  return appointment.by === "interval"
    ? keepInterval(appointment, now, calendar)
    : keepDate(appointment, now, calendar);
}

/** When the next run is, as a date; null if it never comes. */
export function dateOf(
  appointment: Appointment,
  now: Instant,
  { date }: Pick<Calendar, "date">,
): number | null {
  if (appointment.by === "interval") return Math.round(date + appointment.at - now);
  return appointment.date === Infinity ? null : appointment.date;
}

/** Runs that come late stay in step with those before. */
function keepInterval(appointment: Interval, now: Instant, { date }: Calendar): Kept {
  const { everyMs, at } = appointment;
  const lateMs = (now - at) % everyMs;
  return {
    appointment: { ...appointment, at: after(now, everyMs - lateMs) },
    due: { date: Math.round(date - lateMs), isMissed: lateMs > LATE_MS },
  };
}

function keepDate(appointment: DatedAppointment, now: Instant, calendar: Calendar): Kept {
  const { date } = calendar;
  if (date < appointment.seen - SET_BACK_MS) {
    return { appointment: following(appointment, now, calendar), due: null };
  }
  if (date < appointment.date) {
    const seen = Math.max(appointment.seen, date);
    return { appointment: { ...appointment, seen, at: lookAt(appointment.date, now, date) }, due: null };
  }
  return { appointment: following(appointment, now, calendar), due: dueOf(appointment, calendar) };
}

/** Of several dates that have passed at once, one that is merely late is due. */
function dueOf({ date: first, ...timing }: DatedAppointment, { date, next }: Calendar): Due {
  if (date - first <= LATE_MS) return { date: first, isMissed: false };
  const late = next(timing, date - LATE_MS - 1);
  return late !== null && late <= date ? { date: late, isMissed: false } : { date: first, isMissed: true };
}

function following({ cron, timezone }: CronTiming, now: Instant, { date, next }: Calendar): DatedAppointment {
  const coming = next({ cron, timezone }, date) ?? Infinity;
  return { by: "date", cron, timezone, date: coming, seen: date, at: lookAt(coming, now, date) };
}

function lookAt(coming: number, now: Instant, date: number): Instant {
  if (coming === Infinity) return NEVER;
  return earliest(after(now, Math.max(1, coming - date)), after(now, LOOK_EVERY_MS));
}
