import { nearestName } from "../../base/nearest.ts";
import { parseSignal, type Signal, SIGNAL_NAMES } from "../../base/signals.ts";
import type { Item } from "../toml/item.ts";
import { didYouMean, quote } from "../wording.ts";
import { text } from "./text.ts";
import type { Reading, Type } from "./type.ts";

const written = text<Signal>({
  name: "a signal",
  expected: 'a signal such as "SIGTERM", or a number from 1 to 64',
  parse,
  suggest: () => null,
});

/** A signal by its name, with or without `SIG`, or by its number. */
export const signal: Type<Signal> = {
  ...written,
  shape: { kind: "any-of", shapes: [{ kind: "integer", min: 1, max: 64 }, { kind: "string" }] },
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
