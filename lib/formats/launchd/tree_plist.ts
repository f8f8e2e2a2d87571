/** The property list that has launchd run a whole tree by `supervise up`. */
import { type Plan, ROOT, treeAt } from "../../config/plan.ts";
import { treeNameOf } from "../rules/names.ts";
import type { PlistValue } from "./plist.ts";

/** The options of a list beside the plan. */
export interface TreePlistOptions {
  /** Absolute path of the program, and its first arguments. */
  readonly supervise: readonly string[];
  /** The value of PATH for the tree; null for that of launchd. */
  readonly path: string | null;
}

/** The time for the end of a tree beside the teardown itself, until launchd kills. */
const END_SECONDS = 10;
const MS_PER_SECOND = 1_000;

/** By which launchd knows a tree. */
export function labelOf(plan: Pick<Plan, "name">): string {
  return `supervise.${treeNameOf(plan)}`;
}

/** See the module. */
export function treePlist(plan: Plan, { supervise, path }: TreePlistOptions): PlistValue {
  const { file, dir, profiles } = plan;
  return {
    Label: labelOf(plan),
    ProgramArguments: [...supervise, "up", ...profiles.flatMap((profile) => ["--profile", profile]), file],
    WorkingDirectory: dir,
    ...(path === null ? {} : { EnvironmentVariables: { PATH: path } }),
    RunAtLoad: true,
    KeepAlive: { SuccessfulExit: false },
    ExitTimeOut: Math.ceil(treeAt(plan, ROOT).shutdownMs / MS_PER_SECOND) + END_SECONDS,
  };
}
