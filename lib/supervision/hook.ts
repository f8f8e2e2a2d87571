/** Commands around a run: what is asked for, and how they end. A hook is contained as a run of its own. */
import type { HookName } from "../config/plan.ts";
import type { Exit } from "./exit.ts";

/** How a hook has ended. */
export type HookEnd =
  | Exit
  | { readonly how: "not_started"; readonly message: string }
  | { readonly how: "timed_out"; readonly afterMs: number };

/** A hook that has failed. */
export interface HookFailure {
  readonly hook: HookName;
  readonly end: HookEnd;
}

/** Whether a hook has done what it was to do. */
export function isHookSuccess(end: HookEnd): boolean {
  return end.how === "exited" && end.code === 0;
}
