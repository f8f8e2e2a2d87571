import type { Bound, ResourceLimit } from "../base/resource_limits.ts";
import type { PrivilegesSpec } from "./plan.ts";

/** With which privileges and limits an actor runs, for people: `as postgres, umask 0027, nofile 1024`. */
export function describePrivileges(spec: PrivilegesSpec): string {
  const { user, group, umask, nice, limits, noNewPrivs, oomScoreAdj, deathSignal } = spec;
  const limitTexts = Object.entries(limits).map(([name, limit]) => `${name} ${describeLimit(limit)}`);
  return [
    ...(user === null ? [] : [`as ${user}`]),
    ...(group === null ? [] : [`in the group ${group}`]),
    ...(umask === null ? [] : [`umask ${umask.toString(8).padStart(4, "0")}`]),
    ...(nice === null ? [] : [`nice ${nice}`]),
    ...limitTexts,
    ...(noNewPrivs ? ["no new privileges"] : []),
    ...(oomScoreAdj === null ? [] : [`oom score ${oomScoreAdj}`]),
    ...(deathSignal === null ? [] : [`${deathSignal} when the supervisor dies`]),
  ].join(", ");
}

/** A limit: one number if soft and hard are the same, else both, `-` for what stays as it is. */
export function describeLimit({ soft, hard }: ResourceLimit): string {
  const text = (bound: Bound | null) => bound === null ? "-" : String(bound);
  return soft === hard ? text(soft) : `${text(soft)}:${text(hard)}`;
}
