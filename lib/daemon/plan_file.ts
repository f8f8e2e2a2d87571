/** The file of a running tree: its supervisor reads it again as it has read it when the tree was started. */
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import type { LoadedPlan } from "../control/apply_file.ts";
import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { changedVariables, limitsOnMachine } from "./check/check_file.ts";
import type { LaunchOptions } from "./launch_options.ts";
import { adjustPlan, loadPlan } from "./load_plan.ts";

/**
 * What is in the file of a tree now, with what `up` was asked for beside it. Variables of the environment are those that the
 * supervisor was started with: the same file is the same plan, whatever the shell that asks for it.
 *
 * @throws {UserError} `config/not-found`, `config/not-readable`, `apply/selection`
 */
export function loadAgain(
  host: Host,
  program: Program,
  options: Pick<LaunchOptions, "file" | "only" | "exitCodeFrom">,
): LoadedPlan {
  const loaded = loadPlan(host, program, options.file);
  const { plan, text } = loaded;
  if (plan === null) return { plan, text, problems: loaded.problems };
  const refused = limitsOnMachine(host, plan, loaded).filter(({ severity }) => severity === "error");
  const problems = [...loaded.problems, ...refused, ...changedVariables(program, plan, loaded)];
  if (refused.length > 0) return { plan: null, text, problems };
  return { plan: adjusted(plan, options), text, problems };
}

function adjusted(...[plan, options]: Parameters<typeof adjustPlan>): ReturnType<typeof adjustPlan> {
  try {
    return adjustPlan(plan, options);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message } = error;
    throw new UserError(
      "apply/selection",
      `Nothing was done: ${message}, as --only or --exit-code-from of \`up\` has it`,
      {
        exitCode: ExitCode.badConfig,
        hint: "`supervise down`, and `supervise up` without it",
        cause: error,
      },
    );
  }
}
