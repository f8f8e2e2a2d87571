import { duration } from "../values/duration.ts";
import { firstPause, seconds } from "../values/foreign_values.ts";
import { key, type Keys, type TableKind } from "../values/key.ts";
import { number } from "../values/scalar.ts";
import { table } from "../values/table.ts";

const BACKOFF_KEYS = {
  initial: key(
    duration(1),
    100,
    "The delay before the second restart in a row; the first one is immediate.",
    '"200ms"',
  ),
  max: key(duration(1), 30_000, "The longest delay.", '"1m"'),
  factor: key(number(1), 2, "By how much each delay is longer than the one before.", "1.5"),
  jitter: key(number(0, 1), 0.1, "The share of a delay by which it varies at random.", "0.2"),
  reset_after: key(
    duration(0),
    10_000,
    "A run that has been ready for this long starts the count anew.",
    '"30s"',
  ),
} satisfies Keys;

/** `backoff`: the pauses between restarts. */
export const BACKOFF: TableKind<typeof BACKOFF_KEYS> = {
  name: "backoff",
  title: "a backoff",
  keys: BACKOFF_KEYS,
};

/** A value of `backoff`. */
export const backoff = table(BACKOFF, '{ initial = "100ms", max = "30s" }', (item) => {
  const initial = firstPause(seconds)(item);
  return initial === null ? null : `{ initial = ${initial} }`;
});
