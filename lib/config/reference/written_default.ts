import { formatDuration } from "../../base/duration.ts";
import { formatSize } from "../../base/size.ts";
import type { ValueKey } from "../values/key.ts";
import type { Shape } from "../values/type.ts";

/** A value as a file would have it: JSON, of which all but tables is TOML, too. */
export type Written = string | number | boolean | readonly Written[];

/** The value without a key, as a file would say it; null if there is none, or it depends. */
export function defaultOf({ type, byDefault }: ValueKey<unknown, unknown>): Written | null {
  return byDefault === null ? null : written(byDefault, type.shape);
}

/** The same as TOML text. */
export function writtenDefault(key: ValueKey<unknown, unknown>): string | null {
  const value = defaultOf(key);
  return value === null ? null : toml(value);
}

function toml(value: Written): string {
  return typeof value === "object" ? `[${value.map(toml).join(", ")}]` : JSON.stringify(value);
}

function written(value: unknown, shape: Shape): Written {
  if (Array.isArray(value)) {
    const of = shape.kind === "list" ? shape.of : shape;
    return value.map((one) => written(one, of));
  }
  if (typeof value === "number" && shape.kind === "string") {
    return shape.unit === "bytes" ? formatSize(value) : formatDuration(value);
  }
  return value as Written;
}
