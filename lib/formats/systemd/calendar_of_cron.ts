/** Cron expressions as the calendar of systemd has them. */

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const DAY_NUMBERS = 7;

/**
 * The dates of a cron expression, as values of `OnCalendar`; two where a day of the month and one of the week are named, since
 * either makes a date. Null for what systemd has no words for, such as the last day of a month.
 */
export function calendarOf(cron: string, timezone: string | null): readonly string[] | null {
  const fields = cron.trim().split(/\s+/);
  const [second, minute, hour, day, month, weekday] = fields.length === 6 ? fields : ["0", ...fields];
  if (weekday === undefined) return null;
  const time = [hour!, minute!, second!].map((field) => listed(field, 0));
  const date = listed(day!.replace("?", "*"), 1);
  const months = listed(named(month!, MONTHS, 1), 1);
  const days = weekdaysOf(weekday);
  if ([...time, date, months].includes(null) || days === null) return null;
  const zone = timezone === null ? "" : ` ${timezone}`;
  const at = (names: string, date: string) =>
    `${names === "" ? "" : `${names} `}*-${months}-${date} ${
      time.map((part) => padded(part!)).join(":")
    }${zone}`;
  if (days === "" || date === "*") return [at(days, date!)];
  return [at("", date!), at(days, "*")];
}

/** A field with its ranges and steps; null for what is none. */
function listed(field: string, first: number): string | null {
  const parts = field.split(",").map((part) => {
    const [, range = "", step] = /^(\*|\d+|\d+-\d+)(?:\/(\d+))?$/.exec(part) ?? [];
    if (range === "") return null;
    if (step === undefined) return range.replace("-", "..");
    return `${range === "*" ? first : range.replace("-", "..")}/${step}`;
  });
  return parts.includes(null) ? null : parts.join(",");
}

/** Two digits, as people write times. */
function padded(field: string): string {
  return /^\d$/.test(field) ? `0${field}` : field;
}

function named(field: string, names: readonly string[], first: number): string {
  return field.replace(/[a-z]{3}/gi, (name) => {
    const index = names.indexOf(name.toLowerCase());
    return index < 0 ? name : String(index + first);
  });
}

/** Names of the days; empty for all, null for what is none. */
function weekdaysOf(field: string): string | null {
  if (field === "*" || field === "?") return "";
  const days = new Set<number>();
  for (const part of named(field, DAYS.map((day) => day.toLowerCase()), 0).split(",")) {
    const [, all, from, to, step] = /^(?:(\*)|([0-7])(?:-([0-7]))?)(?:\/([1-7]))?$/.exec(part) ?? [];
    if (all === undefined && from === undefined) return null;
    const start = all === undefined ? Number(from) : 0;
    const end = all !== undefined
      ? DAY_NUMBERS - 1
      : to !== undefined
      ? Number(to)
      : step === undefined
      ? start
      : DAY_NUMBERS - 1;
    for (let day = start; day <= end; day += Number(step ?? 1)) days.add(day % DAY_NUMBERS);
  }
  return [...days].sort((a, b) => a - b).map((day) => DAYS[day]).join(",");
}
