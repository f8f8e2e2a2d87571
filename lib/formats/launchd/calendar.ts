/** Cron expressions as the calendar of launchd has them: one entry for each combination of what is named. */

/** The names of launchd for the five fields, and what each field can be. */
const FIELDS = [
  { name: "Minute", first: 0, last: 59 },
  { name: "Hour", first: 0, last: 23 },
  { name: "Day", first: 1, last: 31 },
  { name: "Month", first: 1, last: 12 },
  { name: "Weekday", first: 0, last: 6 },
] as const;

/** More entries are no calendar that anybody could read. */
const MOST_ENTRIES = 200;

const NAMES: Readonly<Record<string, readonly string[]>> = {
  Month: ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  Weekday: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
};

/** One date that comes again. */
export type CalendarEntry = Readonly<Record<string, number>>;

/** The dates of an expression of five fields; null for what launchd has no words for, or too many. */
export function calendarEntries(cron: string): readonly CalendarEntry[] | null {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== FIELDS.length) return null;
  const values = FIELDS.map(({ name, first, last }, index) => valuesOf(fields[index]!, name, first, last));
  if (values.includes(null)) return null;
  const [minutes, hours, days, months, weekdays] = values as readonly (readonly number[])[];
  // Either of the two makes a date, where both are named.
  const eithers = days!.length > 0 && weekdays!.length > 0
    ? [[days!, []], [[], weekdays!]]
    : [[days!, weekdays!]];
  const entries = eithers.flatMap(([days, weekdays]) =>
    combined([minutes!, hours!, days!, months!, weekdays!])
  );
  return entries.length > MOST_ENTRIES ? null : entries;
}

/** None for all. */
function valuesOf(field: string, name: string, first: number, last: number): readonly number[] | null {
  if (field === "*" || field === "?") return [];
  const numbers = new Set<number>();
  for (const part of field.toLowerCase().split(",")) {
    const plain = part.replace(/[a-z]{3}/g, (word) => String(NAMES[name]?.indexOf(word) ?? -1));
    const [, all, from, to, step] = /^(?:(\*)|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(plain) ?? [];
    if (all === undefined && from === undefined) return null;
    const start = all === undefined ? Number(from) : first;
    const end = to !== undefined ? Number(to) : all !== undefined || step !== undefined ? last : start;
    for (let value = start; value <= end; value += Number(step ?? 1)) {
      numbers.add(name === "Weekday" ? value % (last + 1) : value);
    }
  }
  return [...numbers].sort((a, b) => a - b);
}

function combined(values: readonly (readonly number[])[]): readonly CalendarEntry[] {
  let entries: readonly CalendarEntry[] = [{}];
  for (const [index, { name }] of FIELDS.entries()) {
    const named = values[index]!;
    if (named.length === 0) continue;
    entries = entries.flatMap((entry) => named.map((value) => ({ ...entry, [name]: value })));
    if (entries.length > MOST_ENTRIES) break;
  }
  return entries;
}
