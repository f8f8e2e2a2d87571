import { parsePath, text } from "../values/text.ts";
import type { Type } from "../values/type.ts";

/** `stdin`: a file, or null for `"null"`. */
export const stdin: Type<string | null> = text<string | null>({
  name: "a path",
  expected: '"null" or a path such as "./input.txt"',
  parse: (value, item, reading) => value === "null" ? null : parsePath(value, item, reading),
});
