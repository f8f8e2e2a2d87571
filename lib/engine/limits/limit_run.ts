import type { GroupLimits } from "../../config/plan.ts";
import { SpawnError } from "../../host/ports/processes.ts";
import type { RunId } from "../../supervision/state.ts";
import type { Containment } from "../containment/containment.ts";
import { describeUnkept, limitsIn, type Unkept } from "./actor_limits.ts";

/** How far the limits of a run are kept. */
export interface LimitedRun {
  /** Those that cannot be kept. */
  readonly unkept: readonly Unkept[];
  /** Whether any are. */
  readonly isLimited: boolean;
}

/**
 * Limits the place of a run that is about to start.
 *
 * @param limits Null for none.
 * @throws {SpawnError} If it must not run without those that cannot be kept.
 */
export function limitRun(
  containment: Pick<Containment, "limit">,
  run: RunId,
  limits: GroupLimits | null,
): LimitedRun {
  if (limits === null) return { unkept: [], isLimited: false };
  const unkept = containment.limit(run, limits);
  if (unkept.length > 0 && limits.required) {
    throw new SpawnError("privileges", `cgroup: ${describeUnkept(unkept)}`);
  }
  return { unkept, isLimited: unkept.length < limitsIn(limits).length };
}
