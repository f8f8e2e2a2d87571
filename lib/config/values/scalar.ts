import type { Item } from "../toml/item.ts";
import { type Reading, rejectItem, type Type } from "./type.ts";

/** `true` or `false`. */
export const boolean: Type<boolean> = {
  name: "a boolean",
  expected: "true or false",
  shape: { kind: "boolean" },
  read: (item, reading) => item.kind === "boolean" ? item.value : rejectItem(item, boolean, reading),
  suggest: (item) => {
    const written = item.kind === "string" ? item.value : item.kind === "integer" ? item.source : "";
    if (/^(?:true|yes|on|1)$/i.test(written)) return "true";
    return /^(?:false|no|off|0)$/i.test(written) ? "false" : null;
  },
};

/** `true`, of what is said by its absence otherwise. */
export const isTrue: Type<boolean> = {
  ...boolean,
  name: "true",
  expected: "true",
  shape: { kind: "boolean", only: true },
  read: (item, reading) => item.kind === "boolean" && item.value ? true : rejectItem(item, isTrue, reading),
};

/** A whole number from `min` to `max`. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER): Type<number> {
  const type: Type<number> = {
    name: "an integer",
    expected: `an integer ${rangeText(min, max)}`,
    shape: { kind: "integer", min, max },
    read: (item, reading) => {
      if (item.kind !== "integer") return rejectItem(item, type, reading);
      return isInRange(item, item.value, min, max, type.expected, reading) ? item.value : undefined;
    },
    suggest: (item) => {
      if (item.kind === "float" && Number.isInteger(item.value)) return String(item.value);
      return item.kind === "string" && /^\s*\d+\s*$/.test(item.value) ? item.value.trim() : null;
    },
  };
  return type;
}

/** Any number from `min` to `max`. */
export function number(min: number, max = Infinity): Type<number> {
  const type: Type<number> = {
    name: "a number",
    expected: `a number ${rangeText(min, max)}`,
    shape: { kind: "number", min, max },
    read: (item, reading) => {
      if (item.kind !== "integer" && item.kind !== "float") return rejectItem(item, type, reading);
      return isInRange(item, item.value, min, max, type.expected, reading) ? item.value : undefined;
    },
    suggest: (item) =>
      item.kind === "string" && /^\s*\d+(?:\.\d+)?\s*$/.test(item.value) ? item.value.trim() : null,
  };
  return type;
}

function rangeText(min: number, max: number): string {
  return max >= Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
}

function isInRange(
  item: Item & { readonly source: string },
  value: number,
  min: number,
  max: number,
  expected: string,
  reading: Reading,
): boolean {
  // Written so that NaN is refused, and infinity even where there is no upper bound.
  if (value >= min && value <= Math.min(max, Number.MAX_VALUE)) return true;
  const message = `${item.source} is ${
    value < min ? "too small" : value > max ? "too large" : "not a usable number"
  }`;
  reading.report.add("config/out-of-range", item.span, message, { expected });
  return false;
}
