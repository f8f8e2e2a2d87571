/**
 * Cron expressions, as far as it is to be said what is wrong with one: five fields, or six with the seconds first, of `*`,
 * numbers, names of months and days, ranges, steps and lists. When one comes next is reckoned elsewhere. PURE.
 */
import { nearestName } from "../../base/nearest.ts";
import { anyOf, didYouMean, quote } from "../wording.ts";

/** The fault of an expression, and the cure. */
export interface CronMistake {
  readonly message: string;
  readonly hint: string | null;
}

/** A field of an expression. */
interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names of its values, the first of them that of `namedFrom`. */
  readonly names: readonly string[];
  readonly namedFrom: number;
}

const field = (
  name: string,
  min: number,
  max: number,
  names: readonly string[] = [],
  namedFrom = 0,
): CronField => ({
  name,
  min,
  max,
  names,
  namedFrom,
});

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const SECOND = field("second", 0, 59);
const DAY = field("day of the month", 1, 31);
const MONTH = field("month", 1, 12, MONTHS, 1);
/** Both 0 and 7 are Sunday. */
const WEEKDAY = field("day of the week", 0, 7, DAYS);
const FIELDS: readonly CronField[] = [field("minute", 0, 59), field("hour", 0, 23), DAY, MONTH, WEEKDAY];

/** In February of a leap year. */
const MOST_DAYS: readonly number[] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Some other programs know more. */
const FOREIGN = "L, W, # and ? are not known here: a program can look at the date itself";

const NICKNAMES: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};

/** An expression with one space between its fields, and without a nickname; it may be wrong yet. */
export function plainCron(text: string): string {
  const plain = text.trim().replace(/\s+/g, " ").toLowerCase();
  return NICKNAMES[plain] ?? plain;
}

/** The fault of a plain expression; null if it has none. */
export function mistakeInCron(cron: string): CronMistake | null {
  if (cron === "@reboot") {
    return {
      message: `${quote(cron)} names no date`,
      hint: "leave the schedule out: the actor starts with its tree then",
    };
  }
  if (cron.startsWith("@")) {
    const meant = nearestName(cron, [...Object.keys(NICKNAMES), "@every"]);
    return {
      message: `unknown nickname ${quote(cron)}${didYouMean(meant)}`,
      hint: `${anyOf(Object.keys(NICKNAMES))}, or "@every 5m"`,
    };
  }
  const parts = cron === "" ? [] : cron.split(" ");
  if (parts.length !== 5 && parts.length !== 6) {
    return {
      message: `${quote(cron)} has ${parts.length === 1 ? "1 field" : `${parts.length} fields`}`,
      hint:
        `write minute, hour, day of the month, month and day of the week, with the second first if it matters: "0 3 * * *" is each day at 3`,
    };
  }
  const fields = parts.length === 6 ? [SECOND, ...FIELDS] : FIELDS;
  for (const [index, part] of parts.entries()) {
    for (const item of part.split(",")) {
      const mistake = mistakeInItem(item, fields[index]!);
      if (mistake !== null) return mistake;
    }
  }
  return neverComes(parts.slice(-3));
}

function mistakeInItem(item: string, of: CronField): CronMistake | null {
  const { name, min, max } = of;
  const parts = /^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d+))?$/.exec(item);
  if (parts === null || (parts[1] === "*" && parts[2] !== undefined)) {
    return {
      message: item === "" ? `the ${name} has an empty item` : `${quote(item)} is no ${name}`,
      hint: /[#?]/.test(item)
        ? FOREIGN
        : `write *, ${min}, ${min}-${max}, */5, or a list of such with commas`,
    };
  }
  const [, from, to, step] = parts;
  if (step !== undefined) {
    const mostly = max - min + 1;
    if (Number(step) < 1 || Number(step) > mostly) {
      return { message: `${quote(item)} has a step that is not from 1 to ${mostly}`, hint: null };
    }
    if (from !== "*" && to === undefined) {
      return {
        message: `${quote(item)} has a step and no range`,
        hint: `write ${quote(`${from}-${max}/${step}`)}`,
      };
    }
  }
  if (from === "*") return null;
  for (const bound of [from!, to ?? from!]) {
    if (valueOf(bound, of) === null) return wrongValue(bound, of);
  }
  const [first, last] = [valueOf(from!, of)!, valueOf(to ?? from!, of)!];
  if (first <= last) return null;
  return {
    message: `${quote(item)} runs backwards`,
    hint: `write ${quote(`${from}-${max},${min}-${to}`)}`,
  };
}

function wrongValue(value: string, { name, min, max, names }: CronField): CronMistake {
  const isNumber = /^\d+$/.test(value);
  const meant = isNumber ? null : nearestName(value, names);
  return {
    message: `${quote(value)} is no ${name}${didYouMean(meant)}`,
    hint: /^(?:l|lw|\d+[lw])$/.test(value)
      ? FOREIGN
      : `the ${name} is a number from ${min} to ${max}${
        names.length > 0 ? `, or one of ${names.join(", ")}` : ""
      }`,
  };
}

function valueOf(text: string, { min, max, names, namedFrom }: CronField): number | null {
  const named = names.indexOf(text);
  if (named >= 0) return named + namedFrom;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  return value >= min && value <= max ? value : null;
}

/** A day that no month of the expression has; with a day of the week beside it, that decides. */
function neverComes([day, month, weekday]: readonly string[]): CronMistake | null {
  if (weekday !== "*" || day!.includes("*")) return null;
  const first = Math.min(...valuesOf(day!, DAY));
  const months = valuesOf(month!, MONTH);
  if (months.some((one) => MOST_DAYS[one - 1]! >= first)) return null;
  return {
    message: `no date is ever day ${first} of month ${anyOf(months.map(String))}`,
    hint: "write a day that the month has",
  };
}

function valuesOf(text: string, of: CronField): readonly number[] {
  const values = text.split(",").flatMap((item) => {
    const [range, step = "1"] = item.split("/");
    const [from, to = from] = range === "*" ? [String(of.min), String(of.max)] : range!.split("-");
    const [first, last] = [valueOf(from!, of)!, valueOf(to!, of)!];
    return Array.from(
      { length: Math.floor((last - first) / Number(step)) + 1 },
      (_, at) => first + at * Number(step),
    );
  });
  return [...new Set(values)].sort((one, other) => one - other);
}
