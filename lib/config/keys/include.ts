import { either, list } from "../values/compound.ts";
import { parsePath, text } from "../values/text.ts";
import type { Span } from "../toml/source.ts";
import type { Type } from "../values/type.ts";

/** An entry of `include`. */
export interface IncludePattern {
  /** As it stands in the file, placeholders replaced. */
  readonly pattern: string;
  /** The folder of the file that names it, for a pattern that is relative. */
  readonly dir: string;
  readonly at: Span;
}

const pattern: Type<IncludePattern> = text({
  name: "a path or a glob",
  expected: 'a path or a glob such as "conf.d/*.toml"',
  parse: (value, item, reading) => {
    if (parsePath(value, item, reading) === undefined) return undefined;
    return { pattern: value, dir: reading.placeholders.dir, at: item.span };
  },
});

/** `include`: paths and globs of more files, one or several. */
export const includes: Type<IncludePattern | readonly IncludePattern[]> = either(
  pattern,
  list(pattern, '["conf.d/*.toml"]'),
);
