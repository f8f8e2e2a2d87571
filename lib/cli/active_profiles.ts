/** Which profiles a command line makes active. */
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import { canBeActive, PROFILE_NAME } from "../config/profiles.ts";
import { keptProfiles } from "../daemon/kept_profiles.ts";
import { treeIdOf } from "../daemon/tree_id.ts";
import type { Context } from "./command.ts";
import type { Option } from "./option.ts";

/** The variable that counts where no option is given. */
const VARIABLE = "SUPERVISE_PROFILES";

/** `--profile`. */
export const PROFILE_OPTION: Option = {
  name: "profile",
  value: "NAME",
  takes: "profile",
  many: true,
  doc: "start what is for this profile, too; '*' for all (SUPERVISE_PROFILES)",
};

/**
 * The active profiles: those of `--profile`, or those of the environment. Where neither says anything, those of the tree if it
 * runs, or has survived its supervisor; a variable that is set to nothing says that none is active.
 *
 * @param file The real path of the tree's file; null for one that is of no tree.
 * @throws {UserError} `usage/bad-value` for what is no name.
 */
export function activeProfiles({ host, program, args }: Context, file: string | null): readonly string[] {
  const options = args.list("profile");
  if (options.length > 0) return checked(options, "--profile");
  const variable = program.environment[VARIABLE];
  if (variable !== undefined) {
    return checked(variable.split(",").map((name) => name.trim()).filter((name) => name !== ""), VARIABLE);
  }
  return file === null ? [] : keptProfiles(host, treeIdOf(host, program.uid, file));
}

function checked(names: readonly string[], where: string): readonly string[] {
  const wrong = names.find((name) => !canBeActive(name));
  if (wrong === undefined) return [...new Set(names)];
  throw new UserError("usage/bad-value", `${where} has "${wrong}", which cannot be the name of a profile`, {
    exitCode: ExitCode.usage,
    hint: `names have ${PROFILE_NAME}; commas separate several; "*" stands for all`,
  });
}
