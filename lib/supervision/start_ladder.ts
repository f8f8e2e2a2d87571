/**
 * The start ladder of one run, the twin of the stop ladder:
 *
 *     pre_start, if any -> spawn -> (ready) -> post_start, if any
 *
 * A `pre_start` that fails is a failed start. A `post_start` keeps nobody waiting, and its failure is told and no more: the
 * actor is ready. Both belong to the run, and end with it.
 */
import type { ActorSpec, HookName } from "../config/plan.ts";

/** The next step of a start. */
export type StartStep = Extract<HookName, "pre_start" | "post_start"> | "spawn" | null;

/** The first step of a start. */
export function firstStep({ hooks }: ActorSpec): StartStep {
  return hooks?.commands.pre_start === undefined ? "spawn" : "pre_start";
}

/** The step after one that has been done; null if that was the last. */
export function stepAfter(done: StartStep, { hooks }: ActorSpec): StartStep {
  if (done === "pre_start") return "spawn";
  return done === "spawn" && hooks?.commands.post_start !== undefined ? "post_start" : null;
}
