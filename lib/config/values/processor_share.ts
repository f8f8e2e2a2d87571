import type { Item, NumberItem } from "../toml/item.ts";
import { quote } from "../wording.ts";
import { text } from "./text.ts";
import type { Reading, Type } from "./type.ts";

/** The kernel hands out no shorter slices: a thousandth of a second in each tenth of one. */
const LEAST_PERCENT = 1;
/** More processors than any machine has. */
const MOST_PERCENT = 10_000_000;

const EXPECTED = 'a share of one processor such as "50%", or "200%" for two';

const written = text<number>({
  name: "a share of a processor",
  expected: EXPECTED,
  shape: { kind: "string", pattern: String.raw`^\d+(\.\d+)?\s*%$` },
  parse: (value, item, reading) => {
    const parts = /^(\d+(?:\.\d+)?)\s*%$/.exec(value);
    if (parts !== null) return inRange(Number(parts[1]), item, value, reading);
    return reading.report.add(
      "config/bad-value",
      item.span,
      `${quote(value)} is not a share of a processor`,
      {
        expected: EXPECTED,
        hint: hintFor(value),
      },
    );
  },
  suggest: () => null,
});

/** How much processor time may be used, in percent of one processor. */
export const processorShare: Type<number> = {
  ...written,
  read: (item, reading) =>
    item.kind === "integer" || item.kind === "float"
      ? rejectNumber(item, reading)
      : written.read(item, reading),
};

function inRange(percent: number, item: Item, value: string, { report }: Reading): number | undefined {
  if (percent >= LEAST_PERCENT && percent <= MOST_PERCENT) return percent;
  const size = percent < LEAST_PERCENT ? "small" : "large";
  return report.add("config/out-of-range", item.span, `${quote(value)} is too ${size}`, {
    expected: `from "${LEAST_PERCENT}%" to "${MOST_PERCENT}%"`,
  });
}

function rejectNumber(item: NumberItem, { report }: Reading): undefined {
  return report.add("config/bad-value", item.span, `${item.source} has no unit`, {
    expected: EXPECTED,
    hint: hintFor(item.source.replaceAll("_", "")),
  });
}

/** Some systems count processors, and others percent of one: a bare number may be either. */
function hintFor(written: string): string | null {
  const processors = Number(written);
  if (written.trim() === "" || !(processors > 0) || !(processors * 100 <= MOST_PERCENT)) return null;
  const percent = Number((processors * 100).toFixed(2));
  const whole = `write "${percent}%" for ${written} ${processors === 1 ? "processor" : "processors"}`;
  return processors < LEAST_PERCENT || processors === 1 ? whole : `${whole}, or "${written}%" of one`;
}
