import type { AnyProblemName } from "../../base/problem_names.ts";
import type { ActorSpec } from "../../config/plan.ts";
import type { Problem } from "../../config/problem.ts";
import { byLack } from "../../engine/limits/actor_limits.ts";
import { unkeptOf } from "../../engine/limits/keep_limits.ts";
import { limitLack } from "../../engine/limits/limit_lacks.ts";
import type { ControlGroups, Controller, Lack } from "../../host/ports/control_groups.ts";
import type { Host } from "../../host/ports/host.ts";

/** A limit of an actor that will not be kept. */
export interface LimitProblem {
  readonly name: AnyProblemName;
  /** An error where it must be kept and nowhere on this machine can be. */
  readonly severity: Problem["severity"];
  readonly message: string;
  readonly hint: string;
}

/**
 * Problems of an actor's limits that are known before it starts. A tree may be started at a better place than where this
 * program is: a required limit is an error only if no place can have it.
 */
export function limitProblems(
  { groups }: Pick<Host, "groups">,
  { cgroup }: ActorSpec,
): readonly LimitProblem[] {
  if (cgroup === null) return [];
  const found = (where: string, severity: Problem["severity"], lackOf: (on: Controller) => Lack | null) =>
    byLack(unkeptOf({ lackOf }, cgroup)).map(({ texts, lack }): LimitProblem => ({
      name: "config/limit-not-kept",
      severity,
      message: `${texts} cannot be kept ${where}: ${lack.why}`,
      hint: lack.hint,
    }));
  const everywhere = (on: Controller) => groups.lackOf(on);
  return [
    ...found("on this machine", cgroup.required ? "error" : "warning", everywhere),
    ...found("from here", "warning", (on) => everywhere(on) === null ? lackHere(groups, on) : null),
  ];
}

function lackHere(groups: ControlGroups, controller: Controller): Lack | null {
  const support = groups.support();
  return support.isAvailable ? limitLack(groups, support.home, controller) : support;
}
