import { choice } from "../values/choice.ts";
import { either } from "../values/compound.ts";
import { duration } from "../values/duration.ts";
import { key, type Keys, type TableKind } from "../values/key.ts";
import { integer } from "../values/scalar.ts";
import { table } from "../values/table.ts";

const INTENSITY_KEYS = {
  restarts: key(integer(0, 1_000_000), 5, "How many restarts are granted within the time.", "3"),
  within: key(duration(1), 30_000, "The time in which restarts are counted.", '"10s"'),
} satisfies Keys;

/** `intensity`: how many restarts are too many. */
export const INTENSITY: TableKind<typeof INTENSITY_KEYS> = {
  name: "intensity",
  title: "an intensity",
  keys: INTENSITY_KEYS,
};

/** A value of `intensity`. */
export const intensity = either(
  table(
    INTENSITY,
    '{ restarts = 5, within = "30s" }',
    (item) => item.kind === "integer" ? `{ restarts = ${item.source}, within = "30s" }` : null,
  ),
  choice("intensity", ["unlimited"]),
);
