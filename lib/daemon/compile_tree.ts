/** Compiles the file of a tree as its supervisor goes by it. */
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import type { ReplicaCounts } from "../config/declared/scaled.ts";
import type { Plan } from "../config/plan.ts";
import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { changedVariables, limitsOnMachine } from "./check/check_file.ts";
import { type Found, lookOnce } from "./found.ts";
import type { LaunchOptions } from "./launch_options.ts";
import { adjustPlan, loadPlan } from "./load_plan.ts";
import type { TreePlan } from "./tree_plan.ts";
import { variableMark } from "./variable_mark.ts";

/** The part of a file that a tree is made of. */
export type TreeSelection = Pick<LaunchOptions, "file" | "only" | "exitCodeFrom" | "profiles">;

/**
 * See the module.
 *
 * @param before What is not looked at again.
 * @throws {UserError} `config/not-found`, `config/not-readable`, `apply/selection`
 */
export function compileTree(
  host: Host,
  program: Program,
  selection: TreeSelection,
  replicas: ReplicaCounts,
  before: Found,
): TreePlan {
  const found = new Map(before);
  const { file, only, profiles = [] } = selection;
  const loaded = loadPlan(host, program, file, null, {
    only,
    profiles,
    replicas,
    ...lookOnce(host, found),
  });
  const { plan, texts, scaled } = loaded;
  const variables = new Map([...loaded.variables].map((name) => [name, variableMark(host, program, name)]));
  if (plan === null) return { plan, texts, scaled, variables, found, problems: loaded.problems };
  const refused = limitsOnMachine(host, plan, loaded).filter(({ severity }) => severity === "error");
  const problems = [...loaded.problems, ...refused, ...changedVariables(program, plan, loaded)];
  const isRefused = refused.length > 0;
  return { plan: isRefused ? null : adjusted(plan, selection), texts, scaled, variables, found, problems };
}

function adjusted(plan: Plan, selection: TreeSelection): Plan {
  try {
    return adjustPlan(plan, selection);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const message = `Nothing was done: ${error.message}, as --only or --exit-code-from of \`up\` has it`;
    throw new UserError("apply/selection", message, {
      exitCode: ExitCode.badConfig,
      hint: "`supervise down`, and `supervise up` without it",
      cause: error,
    });
  }
}
