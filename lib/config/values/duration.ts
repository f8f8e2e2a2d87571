import { formatDuration, parseDuration } from "../../base/duration.ts";
import type { Item, NumberItem } from "../toml/item.ts";
import { quote } from "../wording.ts";
import { text } from "./text.ts";
import type { Reading, Type } from "./type.ts";

/** No timer of a process is meant to run for longer; what is longer is a slip of the unit. */
const LONGEST_MS = 365 * 86_400_000;

const EXPECTED = 'a duration such as "10s"';

/** A duration, in milliseconds, of at least `minMs`. */
export function duration(minMs: number): Type<number> {
  const written = text<number>({
    name: "a duration",
    expected: EXPECTED,
    shape: {
      kind: "string",
      pattern: String.raw`^(\d+(\.\d+)?(ms|s|m|h|d))+$`,
      unit: "milliseconds",
    },
    parse: (value, item, reading) => parse(value, item, reading, minMs),
    suggest: suggestDuration,
  });
  return {
    ...written,
    read: (item, reading) => {
      const isNumber = item.kind === "integer" || item.kind === "float";
      return isNumber ? rejectNumber(item, reading) : written.read(item, reading);
    },
  };
}

function parse(value: string, item: Item, reading: Reading, minMs: number): number | undefined {
  const ms = parseDuration(value);
  if (ms === null) {
    const suggestion = suggestDuration({ kind: "string", value, source: value, span: item.span });
    return reading.report.add("config/bad-duration", item.span, `${quote(value)} is not a duration`, {
      expected: EXPECTED,
      hint: suggestion === null ? "units are ms, s, m, h and d" : `write ${suggestion}`,
    });
  }
  if (ms >= minMs && ms <= LONGEST_MS) return ms;
  const bound = ms < minMs
    ? `at least "${formatDuration(minMs)}"`
    : `at most "${formatDuration(LONGEST_MS)}"`;
  const message = `${quote(value)} is too ${ms < minMs ? "short" : "long"}`;
  return reading.report.add("config/out-of-range", item.span, message, {
    expected: `a duration of ${bound}`,
  });
}

function rejectNumber(item: NumberItem, reading: Reading): undefined {
  const suggestion = suggestDuration(item);
  return reading.report.add("config/bad-duration", item.span, `${item.source} has no unit`, {
    expected: EXPECTED,
    hint: suggestion === null ? null : `write ${suggestion}`,
  });
}

/** Repeats a bare number in seconds, and other ways to write a unit in ours. */
function suggestDuration(item: Item): string | null {
  const written = "source" in item && item.kind !== "string"
    ? item.source
    : item.kind === "string"
    ? item.value
    : "";
  const parts = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(written.replaceAll("_", ""));
  if (parts === null) return null;
  const unit = parts[2] === "" ? "s" : UNITS.find(([names]) => names.test(parts[2]!))?.[1];
  return unit === undefined ? null : `"${parts[1]}${unit}"`;
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/^(?:ms|msecs?|millis(?:econds?)?|milliseconds?)$/i, "ms"],
  [/^(?:s|secs?|seconds?)$/i, "s"],
  [/^(?:m|mins?|minutes?)$/i, "m"],
  [/^(?:h|hrs?|hours?)$/i, "h"],
  [/^(?:d|days?)$/i, "d"],
];
