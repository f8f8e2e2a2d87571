import { nearestName } from "../../base/nearest.ts";
import { HIGHEST_SIGNAL, parseSignal, type Signal, SIGNAL_NAMES } from "../../base/signals.ts";
import type { Item } from "../toml/item.ts";
import { didYouMean, quote } from "../wording.ts";
import { text } from "./text.ts";
import type { Reading, Type } from "./type.ts";

/** Numbers, names without `SIG`, and those of real-time signals: all that looks like one. */
const PATTERN = String.raw`^(\d+|([Ss][Ii][Gg])?[A-Za-z]+\d?([+-]\d+)?)$`;

const written = text<Signal>({
  name: "a signal",
  expected: 'a signal such as "SIGTERM", or a number from 1 to 64',
  parse,
  suggest: () => null,
});

/** A signal by its name, with or without `SIG`, or by its number. */
export const signal: Type<Signal> = {
  ...written,
  shape: {
    kind: "any-of",
    shapes: [
      { kind: "enum", values: SIGNAL_NAMES },
      { kind: "string", pattern: PATTERN },
      { kind: "integer", min: 1, max: HIGHEST_SIGNAL },
    ],
  },
  read: (item, reading) =>
    item.kind === "integer" ? parse(item.source, item, reading) : written.read(item, reading),
};

function parse(value: string, item: Item, reading: Reading): Signal | undefined {
  const found = parseSignal(value);
  if (found !== null) return found;
  const name = value.toUpperCase().startsWith("SIG") ? value : `SIG${value}`;
  const nearest = /^-?\d+$/.test(value) ? null : nearestName(name, SIGNAL_NAMES);
  const message = `unknown signal ${quote(value)}${didYouMean(nearest)}`;
  return reading.report.add("config/bad-signal", item.span, message, { expected: written.expected });
}
