import { quote } from "../wording.ts";
import { text } from "./text.ts";
import type { Type } from "./type.ts";

/** A regular expression of JavaScript, kept as text. */
export const pattern: Type<string> = text({
  name: "a regular expression",
  expected: 'a regular expression such as "ready to accept connections"',
  parse: (value, item, reading) => {
    const why = value === "" ? "it is empty and would match every line" : compileError(value);
    if (why === null) return value;
    return reading.report.add(
      "config/bad-pattern",
      item.span,
      `${quote(value)} is not a regular expression: ${why}`,
      {
        expected: pattern.expected,
        hint: value === ""
          ? null
          : 'put a backslash before ( ) [ ] { } . * + ? that stand for themselves: "\\\\("',
      },
    );
  },
});

/** Why the runtime refuses the pattern, without the pattern itself, which it would repeat. */
function compileError(value: string): string | null {
  try {
    new RegExp(value);
    return null;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return said.slice(said.lastIndexOf(": ") + 1).trim().toLowerCase();
  }
}
