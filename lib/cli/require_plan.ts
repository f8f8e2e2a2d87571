import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import type { Plan } from "../config/plan.ts";
import type { Problem } from "../config/problem.ts";
import { changedVariables, limitsOnMachine } from "../daemon/check/check_file.ts";
import { loadPlan } from "../daemon/load_plan.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import type { Context } from "./command.ts";
import { problemFields, renderProblems } from "./render/problems.ts";

/** What becomes of limits that cannot be kept: those that must be are errors, or all are told and none is. */
export type LimitCheck = "refuse" | "tell";

/**
 * The plan of a file, for commands that cannot go on without. Warnings are told; errors too, and end the command.
 *
 * @param piped What is in a file that is a pipe.
 * @throws {UserError} `config/invalid`, `config/not-readable`, `config/piped`
 */
export async function requirePlan(
  { host, program, ui }: Context,
  file: string,
  limits: LimitCheck,
  piped: Uint8Array | null = null,
): Promise<Plan> {
  const loaded = loadPlan(host, program, file, piped);
  const { plan, problems } = loaded;
  const unkept = plan === null ? [] : limitsOnMachine(host, plan, loaded);
  const refused = limits === "refuse" ? unkept.filter(isError) : [];
  const changed = plan === null ? [] : changedVariables(program, plan, loaded);
  const told = [...problems, ...(limits === "refuse" ? refused : unkept), ...changed];
  const isValid = plan !== null && refused.length === 0;
  await requireSound({ ui }, file, { isValid, problems: told, text: loaded.text }, "was started");
  return plan!;
}

/**
 * Tells the problems of a file.
 *
 * @param undone What nothing has come of, if it is not valid.
 * @throws {UserError} `config/invalid`
 */
export async function requireSound(
  { ui }: Pick<Context, "ui">,
  file: string,
  { isValid, problems, text }: {
    readonly isValid: boolean;
    readonly problems: readonly Problem[];
    readonly text: string;
  },
  undone: string,
): Promise<void> {
  const rendered = renderProblems(problems, new Map([[file, text]]), ui.err.isOn);
  if (rendered !== "") await fromPromise(ui.say(rendered.trimEnd()));
  if (isValid) return;
  throw new UserError("config/invalid", `"${file}" is not valid, and nothing ${undone}`, {
    exitCode: ExitCode.badConfig,
    hint: "`supervise check` reports the same without starting anything",
    details: { problems: problems.filter(isError).map(problemFields) },
  });
}

function isError({ severity }: Problem): boolean {
  return severity === "error";
}
