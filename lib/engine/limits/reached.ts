import { limitText } from "../../config/describe_group_limits.ts";
import type { GroupLimits } from "../../config/plan.ts";
import type { GroupCounts } from "../../host/ports/control_groups.ts";
import type { Exit } from "../../supervision/exit.ts";
import type { ReachedLimits } from "../../supervision/reached_limits.ts";

/**
 * The limits that had to do with the end of a run's main process; null for none. A run has a group of its own, so that all
 * that is counted there was done to it.
 *
 * @param isOurs Whether our own SIGKILL has ended it.
 */
export function reachedLimits(
  exit: Exit,
  isOurs: boolean,
  { oomKills, memoryReached, forksRefused }: GroupCounts,
  limits: GroupLimits | null,
): ReachedLimits | null {
  if (oomKills === 0 && forksRefused === 0) return null;
  const wasKilled = exit.how === "signalled" && exit.signal === "SIGKILL";
  return {
    oomKills,
    killedMain: oomKills > 0 && wasKilled && !isOurs,
    memoryMax: memoryReached === 0 || limits === null ? null : limitText(limits, "memory_max"),
    forksRefused,
    pidsMax: limits === null ? null : limitText(limits, "pids_max"),
  };
}
