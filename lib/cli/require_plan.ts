import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import type { Compiled } from "../config/compile.ts";
import type { Plan } from "../config/plan.ts";
import type { LoadedPlan } from "../control/apply_file.ts";
import type { Problem } from "../config/problem.ts";
import { changedVariables, limitsOnMachine } from "../daemon/check/check_file.ts";
import { loadPlan, type Wanted } from "../daemon/load_plan.ts";
import { variableMark } from "../daemon/variable_mark.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import { activeProfiles } from "./active_profiles.ts";
import type { Context } from "./command.ts";
import { foreignFile } from "./foreign_file.ts";
import { problemFields, renderProblems } from "./render/problems.ts";

/** The treatment of limits that cannot be kept. `refuse`: required ones end the command. `tell`: all are told, none does. */
export type LimitCheck = "refuse" | "tell";

/**
 * The plan of a file, by the profiles that are active, for commands that cannot go on without. Warnings are told; errors too, and end the command.
 *
 * @param piped What is in a file that is a pipe.
 * @throws {UserError} `config/invalid`, `config/not-readable`, `config/piped`, `usage/bad-value` for a name of a profile
 */
export async function requirePlan(
  context: Context,
  file: string,
  limits: LimitCheck,
  piped: Uint8Array | null = null,
): Promise<Plan> {
  return (await requireLoaded(context, file, limits, { piped })).plan;
}

/** A plan, and what it was made of. */
export interface RequiredPlan extends LoadedPlan {
  readonly plan: Plan;
  /** Where the files say what a key of a node is, such as `stop.grace`; null if none does. */
  readonly placeOf: Compiled["placeOf"];
}

/**
 * The same, with what the plan was made of.
 *
 * @param looks How the disk is looked at.
 */
export async function requireLoaded(
  context: Context,
  file: string,
  limits: LimitCheck,
  { piped = null, looks = {} }: {
    readonly piped?: Uint8Array | null;
    readonly looks?: Pick<Wanted, "read" | "disk">;
  } = {},
): Promise<RequiredPlan> {
  const { host, program, ui, args } = context;
  const only = args.list("only");
  const loaded = loadPlan(host, program, file, piped, {
    profiles: activeProfiles(context, piped === null ? file : null),
    only: only.length === 0 ? null : only,
    ...looks,
  });
  const { plan, problems, texts, scaled } = loaded;
  const unkept = plan === null ? [] : limitsOnMachine(host, plan, loaded);
  const refused = limits === "refuse" ? unkept.filter(isError) : [];
  const changed = plan === null ? [] : changedVariables(program, plan, loaded);
  const told = [...problems, ...(limits === "refuse" ? refused : unkept), ...changed];
  const isValid = plan !== null && refused.length === 0;
  await requireSound({ ui }, file, { isValid, problems: told, texts }, "was started");
  const variables = new Map([...loaded.variables].map((name) => [name, variableMark(host, program, name)]));
  return { plan: plan!, problems: told, texts, scaled, variables, placeOf: loaded.placeOf };
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
  { isValid, problems, texts }: {
    readonly isValid: boolean;
    readonly problems: readonly Problem[];
    readonly texts: ReadonlyMap<string, string>;
  },
  undone: string,
): Promise<void> {
  const foreign = isValid ? null : await foreignFile(file, { problems, texts });
  const rendered = foreign?.isOtherLanguage === true
    ? ""
    : renderProblems(problems, texts, ui.err.isOn, ui.talkColumns);
  if (rendered !== "") await fromPromise(ui.say(rendered.trimEnd()));
  if (isValid) return;
  throw new UserError(
    "config/invalid",
    `${foreign?.message ?? `"${file}" is not valid`}, and nothing ${undone}`,
    {
      exitCode: ExitCode.badConfig,
      hint: foreign?.hint ?? "`supervise check` reports the same without starting anything",
      details: { problems: problems.filter(isError).map(problemFields) },
    },
  );
}

function isError({ severity }: Problem): boolean {
  return severity === "error";
}
