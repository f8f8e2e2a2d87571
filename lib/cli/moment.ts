/** Moments as people write them on a command line: how long ago, or when. PURE. */
import { parseDuration } from "../base/duration.ts";
import { usage } from "./option.ts";

/** A date, or a date with a time of day, in UTC if it ends so, else as the clock on the wall says. */
const DATE = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

/**
 * The moment that the value of an option names, in milliseconds since 1970.
 *
 * @param option Its name, for the error.
 * @throws {UserError} `usage/bad-value`
 */
export function parseMoment(text: string, option: string, nowMs: number): number {
  const agoMs = parseDuration(text);
  if (agoMs !== null) return nowMs - agoMs;
  const at = DATE.test(text)
    ? Date.parse(text.length === 10 ? `${text}T00:00` : text.replace(" ", "T"))
    : NaN;
  if (!Number.isNaN(at)) return at;
  throw usage(
    "usage/bad-value",
    `--${option} is "${text}"`,
    'write how long ago, such as "10m", or when, such as "2026-11-22T15:30"',
  );
}
