import { choice } from "../values/choice.ts";
import { duration } from "../values/duration.ts";
import { either } from "../values/compound.ts";
import { key, type Keys, type TableKind } from "../values/key.ts";
import { boolean, integer } from "../values/scalar.ts";
import { size } from "../values/size.ts";
import { table } from "../values/table.ts";
import { path } from "../values/text.ts";
import { quote } from "../wording.ts";

const MIB = 2 ** 20;

/** A smaller file would be rotated by every few lines. */
const SMALLEST_BYTES = 1_024;
const MOST_KEPT = 1_000;

const LOG_KEYS = {
  file: key(
    path,
    null,
    "A file for its lines, instead of that in the folder of the tree.",
    '"/var/log/shop/api.log"',
  ),
  max_size: key(size(SMALLEST_BYTES, "10MiB"), 10 * MIB, "The size at which the file is rotated.", '"50MiB"'),
  keep: key(integer(0, MOST_KEPT), 5, "How many rotated files are kept beside the present one.", "3"),
  max_age: key(duration(1_000), null, "The age of the file at which the next line rotates it.", '"1d"'),
  format: key(
    choice("format", ["raw", "json"]),
    null,
    "Of a `file`: `raw` (the default) has the lines as they are, `json` an object a line.",
    '"json"',
  ),
  compress: key(boolean, false, "Whether rotated files are compressed, by gzip.", "true"),
} satisfies Keys;

/** `log` as a table. */
export const LOG: TableKind<typeof LOG_KEYS> = { name: "log", title: "a log table", keys: LOG_KEYS };

/** A value of `log`. */
export const log = either(
  choice("log", ["inherit", "null"], { suggest: (value) => `{ file = ${quote(value)} }` }),
  table(LOG, '{ max_size = "10MiB", keep = 5, compress = true }'),
);
