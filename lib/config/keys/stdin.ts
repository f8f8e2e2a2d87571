import { path } from "../values/text.ts";
import type { Type } from "../values/type.ts";

/** `stdin`: a file, or null for `"null"`. */
export const stdin: Type<string | null> = {
  ...path,
  expected: '"null" or a path such as "./input.txt"',
  read: (item, reading) => item.kind === "string" && item.value === "null" ? null : path.read(item, reading),
};
