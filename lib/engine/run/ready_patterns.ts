/**
 * The regular expressions that lines of actors are compared with, in time that grows with the line. The library for that is
 * loaded only if a plan has any.
 */
import { ExitCode } from "../../base/exit_code.ts";
import { messageOf, UserError } from "../../base/user_error.ts";
import type { Plan } from "../../config/plan.ts";
import { shownTexts } from "../logs/shown_text.ts";

/** Whether a line has what was waited for. */
export interface LinePattern {
  test(line: string): boolean;
}

/** Whether a line has it, as it was printed or as people see it. */
export function isAwaitedLine(pattern: LinePattern, text: string): boolean {
  return pattern.test(text) || shownTexts(text).some((shown) => pattern.test(shown));
}

/** The patterns of a plan, by their texts. */
export type ReadyPatterns = ReadonlyMap<string, LinePattern>;

/** Compiles the patterns of a plan. @throws {UserError} `config/bad-pattern` */
export async function compilePatterns({ nodes }: Plan): Promise<ReadyPatterns> {
  const texts = new Set(nodes.flatMap((node) => {
    const probe = node.kind === "tree" ? undefined : node.ready?.probe;
    return probe?.type === "log" ? [probe.pattern] : [];
  }));
  const patterns = new Map<string, LinePattern>();
  if (texts.size === 0) return patterns;
  const { RE2JS } = await import("re2js");
  for (const text of texts) {
    try {
      const compiled = RE2JS.compile(RE2JS.translateRegExp(text));
      patterns.set(text, { test: (line) => compiled.matcher(line).find() });
    } catch (error) {
      throw new UserError(
        "config/bad-pattern",
        `The regular expression ${JSON.stringify(text)} cannot be matched in linear time: ${
          messageOf(error)
        }`,
        { exitCode: ExitCode.badConfig, hint: "write it without what the message names, or shorter" },
      );
    }
  }
  return patterns;
}
