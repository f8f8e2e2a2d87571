import type { Item } from "../toml/item.ts";
import { string } from "./text.ts";
import type { Reading, Type } from "./type.ts";

/** Dotted keys and headers can nest tables to any depth, and recursion over them must stay bounded. */
const MAX_DEPTH = 32;

/**
 * Any value, as JSON has it: a date or a time comes out as ISO text. Numbers that JSON cannot carry, or not exactly, are
 * refused.
 */
export const data: Type<unknown> = {
  name: "a value",
  expected: "any value",
  shape: { kind: "any" },
  read: (item, reading) => readData(item, reading, 0),
  suggest: () => null,
};

/** Nothing in TOML is undefined, so that undefined stands for what could not be read. */
function readData(item: Item, reading: Reading, depth: number): unknown {
  switch (item.kind) {
    case "string":
      return string.read(item, reading);
    case "boolean":
      return item.value;
    case "integer":
    case "float":
      return readNumber(item, reading);
    case "date":
      return isoText(item.source);
  }
  if (depth === MAX_DEPTH) {
    return reading.report.add("config/too-deep", item.span, "this is nested too deeply");
  }
  if (item.kind === "list") return complete(item.items.map((one) => readData(one, reading, depth + 1)));
  const entries = [...item.entries.values()];
  const values = complete(entries.map((entry) => readData(entry.item, reading, depth + 1)));
  return values && Object.fromEntries(entries.map(({ key }, index) => [key, values[index]]));
}

function complete(values: readonly unknown[]): readonly unknown[] | undefined {
  return values.includes(undefined) ? undefined : values;
}

function readNumber(
  item: Item & { readonly kind: "integer" | "float" },
  { report }: Reading,
): number | undefined {
  const isUsable = item.kind === "integer" ? Number.isSafeInteger(item.value) : Number.isFinite(item.value);
  if (isUsable) return item.value;
  const message = `${item.source} cannot be handed on as a number`;
  return report.add("config/out-of-range", item.span, message, {
    hint: `write it as text: "${item.source}"`,
  });
}

/** TOML also allows a space or a small letter where ISO 8601 has T and Z. */
function isoText(source: string): string {
  return source.replace(/^(\d{4}-\d\d-\d\d)[ t]/, "$1T").replace(/z$/, "Z");
}
