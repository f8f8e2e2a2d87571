import { messageOf } from "../../base/user_error.ts";
import type { LineSearch } from "./line_filter.ts";
import { requiredText } from "./required_text.ts";
import { shownTexts } from "./shown_text.ts";

/**
 * Compiles a regular expression that lines are searched for, as they were printed and as people see them. It is matched in time
 * that grows with the line; the library for that is loaded here.
 *
 * @throws {Error} If it is none, or cannot be matched so.
 */
export async function compileSearch(pattern: string): Promise<LineSearch> {
  const { RE2JS } = await import("re2js");
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
    const required = requiredText(pattern);
    const test = (text: string) => (required === null || required.find(text, 0) >= 0) && compiled.test(text);
    return {
      required,
      test: (line) => test(line) || (isShownOtherwise(line) && shownTexts(line).some(test)),
    };
  } catch (error) {
    throw new Error(messageOf(error).replace(/^.*error parsing regexp: /i, ""));
  }
}

/** Whether people may see a line otherwise than it was printed. */
function isShownOtherwise(line: string): boolean {
  return line.includes("\x1b") || line.includes("\r");
}
