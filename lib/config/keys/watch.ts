import { either, list } from "../values/compound.ts";
import { duration } from "../values/duration.ts";
import { key, type Keys, type TableKind } from "../values/key.ts";
import { signal } from "../values/signal.ts";
import { table } from "../values/table.ts";
import { parsePath, text } from "../values/text.ts";
import type { Type } from "../values/type.ts";

const glob: Type<string> = text({
  name: "a path or a glob",
  expected: 'a path or a glob such as "src/**/*.ts"',
  parse: parsePath,
});

/** A name without a slash is ignored wherever it is found: it stays as it is. */
const ignored: Type<string> = text({
  name: "a name, a path or a glob",
  expected: 'a name or a glob such as "*.log"',
  parse: (value, item, reading) =>
    value === "" || value.includes("/") ? parsePath(value, item, reading) : value,
});

const WATCH_KEYS = {
  paths: key(
    list(glob, '["src"]'),
    [],
    "The files and folders, as paths and globs; a folder stands for all in it.",
    '["src"]',
  ),
  ignore: key(
    list(ignored, '["*.log"]'),
    [],
    "Paths, globs, and names wherever they are, that do not count.",
    '["*.log"]',
  ),
  debounce: key(duration(1), 200, "How long no file may change any more before it acts.", '"1s"'),
  signal: key(signal, null, "The signal that it gets instead of a restart.", '"SIGHUP"'),
} satisfies Keys;

/** `watch` as a table. */
export const WATCH: TableKind<typeof WATCH_KEYS> = {
  name: "watch",
  title: "a watch table",
  keys: WATCH_KEYS,
};

/** A value of `watch`. */
export const watch = either(
  list(glob, '["src/**/*.ts"]'),
  table(WATCH, '{ paths = ["src"], ignore = ["*.log"], debounce = "200ms" }'),
);
