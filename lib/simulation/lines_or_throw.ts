/** Lines of a script, for those who cannot go on with one that is wrong. PURE. */
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import type { Plan } from "../config/plan.ts";
import { checkScript } from "./check_script.ts";
import type { ScriptLine } from "./script.ts";
import { type LineKind, readLine, type ScriptProblem } from "./script_text.ts";

/**
 * The lines that a text stands for, each of which means something in the plan.
 *
 * @param where The place of the text in a file; null for none.
 * @throws {UserError} `simulate/bad-line`
 */
export function linesOrThrow(
  plan: Plan,
  kind: LineKind,
  text: string,
  where: string | null = null,
): readonly ScriptLine[] {
  const read = readLine(plan, kind, text);
  if (!read.ok) throw badLine(read.problem, where);
  const [problem] = checkScript(plan, read.lines);
  if (problem !== undefined) throw badLine({ ...problem, line: `--${kind} ${text}` }, where);
  return read.lines;
}

function badLine({ line, what, hint }: ScriptProblem, where: string | null): UserError {
  const place = where === null ? "" : `${where}: `;
  return new UserError("simulate/bad-line", `${place}\`${line}\`: ${what}`, {
    exitCode: ExitCode.usage,
    hint,
  });
}
