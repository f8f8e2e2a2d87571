/** `OnCalendar` of a timer as a cron expression, where one says the same. */

/** A schedule, or why there is none, as a clause. */
export type CalendarSchedule =
  | { readonly cron: string; readonly timezone: string | null }
  | { readonly why: string };

const NAMED: Readonly<Record<string, string>> = {
  minutely: "* * * * *",
  hourly: "0 * * * *",
  daily: "0 0 * * *",
  weekly: "0 0 * * 1",
  monthly: "0 0 1 * *",
  quarterly: "0 0 1 1,4,7,10 *",
  semiannually: "0 0 1 1,7 *",
  yearly: "0 0 1 1 *",
  annually: "0 0 1 1 *",
};

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

class NoCron extends Error {}

/** See the module. */
export function calendarToCron(text: string): CalendarSchedule {
  const named = NAMED[text.trim().toLowerCase()];
  if (named !== undefined) return { cron: named, timezone: null };
  try {
    return parse(text.trim().split(/\s+/));
  } catch (error) {
    if (error instanceof NoCron) return { why: error.message };
    throw error;
  }
}

function parse(words: readonly string[]): CalendarSchedule {
  let weekday: string | null = null;
  let date: string | null = null;
  let time: string | null = null;
  let timezone: string | null = null;
  for (const word of words) {
    if (
      weekday === null && date === null && time === null && /^(?:mon|tue|wed|thu|fri|sat|sun)/i.test(word)
    ) weekday = word;
    else if (
      date === null && time === null && /-|~/.test(word) && !word.includes(":") && !/^[A-Za-z]/.test(word)
    ) date = word;
    else if (time === null && word.includes(":")) time = word;
    else if (timezone === null && /^[A-Za-z]/.test(word) && words.length > 1) timezone = word;
    else throw new NoCron("it cannot be read");
  }
  if (weekday === null && date === null && time === null) throw new NoCron("it cannot be read");
  const [day, month] = dateFields(date ?? "*-*-*");
  const [second, minute, hour] = timeFields(time ?? "00:00:00");
  const dayOfWeek = weekday === null ? "*" : weekdayField(weekday);
  if (dayOfWeek !== "*" && day !== "*") {
    throw new NoCron("cron runs when either the day of the month or that of the week is right, and not both");
  }
  const fields = [minute, hour, day, month, dayOfWeek];
  return { cron: (second === "0" ? fields : [second, ...fields]).join(" "), timezone };
}

function dateFields(date: string): readonly [day: string, month: string] {
  if (date.includes("~")) throw new NoCron("cron does not count days from the end of a month");
  const parts = date.split("-");
  if (parts.length !== 2 && parts.length !== 3) throw new NoCron("its date cannot be read");
  const [day = "", month = "", year = "*"] = parts.toReversed();
  if (year !== "*") throw new NoCron("cron knows no years");
  return [field(day, 1, 31), field(month, 1, 12)];
}

function timeFields(time: string): readonly [second: string, minute: string, hour: string] {
  const [hour = "", minute, second = "0", ...more] = time.split(":");
  if (minute === undefined || more.length > 0) throw new NoCron("its time cannot be read");
  return [field(second, 0, 59), field(minute, 0, 59), field(hour, 0, 23)];
}

function field(text: string, min: number, max: number): string {
  return text.split(",").map((item) => {
    const [, from, to, step] = /^(\*|\d+)(?:\.\.(\d+))?(?:\/(\d+))?$/.exec(item) ?? [];
    if (from === undefined) throw new NoCron(`"${item}" has no counterpart in cron`);
    const first = from === "*" ? min : Number(from);
    const last = to === undefined ? max : Number(to);
    if (first < min || first > last || last > max) throw new NoCron(`"${item}" is out of range`);
    if (step === undefined) return from === "*" ? "*" : to === undefined ? String(first) : `${first}-${last}`;
    return first === min && last === max ? `*/${Number(step)}` : `${first}-${last}/${Number(step)}`;
  }).join(",");
}

/** Monday is 1 and Sunday 7. */
function weekdayField(text: string): string {
  return text.replace(/,$/, "").split(",").map((item) => {
    const [first = 0, last = first, ...more] = item.split(/\.\.|-/).map((name) =>
      DAYS.indexOf(name.slice(0, 3).toLowerCase()) + 1
    );
    if (more.length > 0 || first === 0 || last === 0) throw new NoCron(`"${item}" is no day of the week`);
    if (first > last) throw new NoCron(`"${item}" goes over the end of a week`);
    return first === last ? String(first) : `${first}-${last}`;
  }).join(",");
}
