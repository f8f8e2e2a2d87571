import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import type { Plan } from "../config/plan.ts";
import { loadPlan } from "../daemon/load_plan.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import type { Context } from "./command.ts";
import { problemFields, renderProblems } from "./render/problems.ts";

/**
 * The plan of a file, for commands that cannot go on without. Warnings are told; errors too, and end the command.
 *
 * @throws {UserError} `config/invalid`, `config/not-readable`
 */
export async function requirePlan({ host, program, ui }: Context, file: string): Promise<Plan> {
  const { plan, problems, text } = loadPlan(host, program, file);
  const rendered = renderProblems(problems, new Map([[file, text]]), ui.err.isOn);
  if (rendered !== "") await fromPromise(ui.say(rendered.trimEnd()));
  if (plan !== null) return plan;
  const errors = problems.filter((problem) => problem.severity === "error");
  throw new UserError("config/invalid", `"${file}" is not valid, and nothing was started`, {
    exitCode: ExitCode.badConfig,
    hint: "`supervise check` reports the same without starting anything",
    details: { problems: errors.map(problemFields) },
  });
}
