/** Moments as people write them: how long ago, a time of today, a date, or a stamp of ISO 8601. */
import { parseDuration } from "./duration.ts";

const DAY = /^(\d{4})-(\d{2})-(\d{2})/;
const TIME = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?/;
const ZONE = /^(?:Z|([+-])(\d{2}):?(\d{2}))$/i;

/** The last hour of a day begins before 24. */
const MOST = { hours: 23, minutes: 59, seconds: 59 };

/**
 * The moment that a text means, in microseconds since 1970; null if it means none.
 *
 * @param text `10m` (ago), `now`, `today`, `yesterday`, `17:00`, `2026-11-30`, `2026-11-30 17:00`, with seconds and parts of
 * them, and with `T` for the space and `Z` or `+01:00` behind it. Without a zone it is local time.
 * @param now The date in milliseconds since 1970.
 */
export function parseMoment(text: string, now: number): number | null {
  const words = text.trim();
  const ago = parseDuration(words);
  if (ago !== null) return Math.round((now - ago) * 1_000);
  const days: Readonly<Record<string, number>> = { today: 0, yesterday: -1 };
  if (words === "now") return Math.round(now * 1_000);
  const today = new Date(now);
  const noDay = [today.getFullYear(), today.getMonth() + 1, today.getDate()] as const;
  if (Object.hasOwn(days, words)) {
    return new Date(noDay[0], noDay[1] - 1, noDay[2] + days[words]!).getTime() * 1_000;
  }
  const day = DAY.exec(words);
  const rest = day === null ? words : words.slice(day[0].length);
  if (day !== null && rest === "") return dateOf(numbersOf(day), [0, 0, 0], "", "");
  if (day !== null && !/^[T ]/i.test(rest)) return null;
  const clock = day === null ? rest : rest.slice(1).trimStart();
  const time = TIME.exec(clock);
  if (time === null) return null;
  const zone = clock.slice(time[0].length).trimStart();
  if (day === null && zone !== "") return null;
  const [hours, minutes, seconds] = time.slice(1, 4).map((part) => Number(part ?? 0));
  return dateOf(day === null ? noDay : numbersOf(day), [hours!, minutes!, seconds!], time[4] ?? "", zone);
}

type Three = readonly [number, number, number];

function numbersOf([, year, month, day]: RegExpExecArray): Three {
  return [Number(year), Number(month), Number(day)];
}

function dateOf(
  [year, month, day]: Three,
  [hours, minutes, seconds]: Three,
  fraction: string,
  zone: string,
): number | null {
  if (hours > MOST.hours || minutes > MOST.minutes || seconds > MOST.seconds) return null;
  // A day that a month does not have would be one of the next.
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > last) return null;
  const offset = zone === "" ? null : offsetOf(zone);
  if (zone !== "" && offset === null) return null;
  const millis = offset === null
    ? new Date(year, month - 1, day, hours, minutes, seconds).getTime()
    : Date.UTC(year, month - 1, day, hours, minutes, seconds) - offset;
  return millis * 1_000 + Number(fraction.padEnd(6, "0"));
}

/** How far a zone is ahead, in milliseconds; null if it is none. */
function offsetOf(zone: string): number | null {
  const found = ZONE.exec(zone);
  if (found === null) return null;
  const [, sign, hours = "0", minutes = "0"] = found;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
