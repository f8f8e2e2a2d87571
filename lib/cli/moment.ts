/** Moments on a command line. */
import { parseMoment } from "../base/moment.ts";
import { usage } from "./option.ts";

/** How they are written, for help and errors. */
export const MOMENTS =
  '"10m" for ten minutes ago, "17:00", "yesterday", "2026-11-30 17:00", or a stamp of ISO 8601';

/**
 * The moment that an option names, in microseconds since 1970; null without the option.
 *
 * @param now The date in milliseconds since 1970.
 * @throws {UserError} `usage/bad-value`
 */
export function momentOf(now: number, option: string, text: string | null): number | null {
  if (text === null) return null;
  const moment = parseMoment(text, now);
  if (moment !== null) return moment;
  throw usage("usage/bad-value", `--${option} is "${text}"`, `write ${MOMENTS}`);
}
