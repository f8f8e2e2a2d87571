import { quote } from "../wording.ts";
import { notLinearIn } from "./linear_pattern.ts";
import { text } from "./text.ts";
import type { Type } from "./type.ts";

/** A regular expression of JavaScript that can be matched in linear time, kept as text. */
export const pattern: Type<string> = text({
  name: "a regular expression",
  expected: 'a regular expression such as "ready to accept connections"',
  parse: (value, item, reading) => {
    const why = value === "" ? "it is empty and would match every line" : compileError(value);
    if (why === null) {
      const notLinear = notLinearIn(value);
      if (notLinear === null) return value;
      const { construct, what, hint } = notLinear;
      return reading.report.add(
        "config/bad-pattern",
        item.span,
        `${
          quote(value)
        } ${what} ("${construct}"), which cannot be matched in time that grows with the line and no faster`,
        { expected: pattern.expected, hint },
      );
    }
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
