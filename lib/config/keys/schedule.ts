import { nearestName } from "../../base/nearest.ts";
import { formatDuration, parseDuration } from "../../base/duration.ts";
import type { Schedule } from "../plan.ts";
import { mistakeInCron, plainCron } from "../text/cron.ts";
import type { Item } from "../toml/item.ts";
import { text } from "../values/text.ts";
import type { Reading, Type } from "../values/type.ts";
import { didYouMean, quote } from "../wording.ts";

/** Something that is to run more often is a daemon. */
const SHORTEST_MS = 100;
const LONGEST_MS = 365 * 86_400_000;

/** The dates of a `schedule`, without the zone. */
export type Timing = { readonly cron: string } | Extract<Schedule["timing"], { readonly everyMs: number }>;

/** A value of `schedule`. */
export const schedule: Type<Timing> = text<Timing>({
  name: "a schedule",
  expected: 'a cron expression such as "0 3 * * *", or "@every 5m"',
  parse: (value, item, reading) => {
    const every = /^\s*@every\b\s*(.*?)\s*$/i.exec(value);
    return every === null ? readCron(value, item, reading) : readEvery(every[1]!, item, reading);
  },
  suggest: () => null,
});

/** A value of `timezone`. */
export const timezone: Type<string> = text<string>({
  name: "a time zone",
  expected: 'a time zone such as "Europe/Berlin" or "UTC"',
  parse: (value, item, { report }) => {
    if (isZone(value)) return value;
    const zones = Intl.supportedValuesOf("timeZone");
    const places = zones.filter((zone) => zone.split("/").at(-1)!.toLowerCase() === value.toLowerCase());
    const meant = places[0] ?? nearestName(value, [...zones, "UTC"]);
    return report.add(
      "config/bad-timezone",
      item.span,
      `unknown time zone ${quote(value)}${didYouMean(meant)}`,
      {
        expected: timezone.expected,
      },
    );
  },
  suggest: () => null,
});

function readCron(value: string, item: Item, { report }: Reading): Timing | undefined {
  const cron = plainCron(value);
  const mistake = mistakeInCron(cron);
  if (mistake === null) return { cron };
  const isDuration = parseDuration(value.trim()) !== null;
  return report.add("config/bad-schedule", item.span, mistake.message, {
    expected: schedule.expected,
    hint: isDuration ? `write "@every ${value.trim()}"` : mistake.hint,
  });
}

function readEvery(value: string, item: Item, { report }: Reading): Timing | undefined {
  const everyMs = parseDuration(value);
  if (everyMs === null) {
    const hint = /^\d+$/.test(value) ? `write "@every ${value}s"` : "units are ms, s, m, h and d";
    return report.add("config/bad-schedule", item.span, `${quote(value)} is not a duration`, {
      expected: '"@every 5m"',
      hint,
    });
  }
  if (everyMs >= SHORTEST_MS && everyMs <= LONGEST_MS) return { everyMs };
  const isShort = everyMs < SHORTEST_MS;
  return report.add(
    "config/out-of-range",
    item.span,
    `${quote(value)} is too ${isShort ? "short" : "long"}`,
    {
      expected: isShort
        ? `at least "${formatDuration(SHORTEST_MS)}"`
        : `at most "${formatDuration(LONGEST_MS)}"`,
      hint: isShort ? "what is to go on all the time is a daemon" : null,
    },
  );
}

/** A name of the IANA, not an offset such as "+02:00", which has no summer. */
function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
