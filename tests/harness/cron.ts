/** When cron expressions come, without waiting for the library to be loaded. */
import { Cron } from "croner";
import type { Calendar } from "../../lib/supervision/calendar.ts";

const known = new Map<string, Cron>();

/** See {@linkcode Calendar}; what names no zone goes by UTC, wherever the tests run. */
export const nextDate: Calendar["next"] = ({ cron, timezone }, date) => {
  const key = `${timezone ?? ""} ${cron}`;
  const expression = known.get(key) ?? new Cron(cron, { timezone: timezone ?? "UTC" });
  known.set(key, expression);
  return expression.nextRun(new Date(date))?.getTime() ?? null;
};
