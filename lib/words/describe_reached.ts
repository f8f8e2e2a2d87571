import { countedProcesses } from "../base/counted.ts";
import type { ReachedLimits } from "../supervision/reached_limits.ts";

/** The act of the kernel as a clause: `killed by the kernel: memory_max 64MiB reached`. */
export function describeReached(reached: ReachedLimits): string {
  const { oomKills, killedMain, memoryMax, forksRefused, pidsMax } = reached;
  const memory = memoryMax === null ? "out of memory" : `memory_max ${memoryMax} reached`;
  const others = oomKills - (killedMain ? 1 : 0);
  const parts = [
    ...(killedMain ? [`killed by the kernel: ${memory}`] : []),
    ...(others === 0 || killedMain ? [] : [`the kernel killed ${countedProcesses(others)} of it: ${memory}`]),
    ...(forksRefused === 0
      ? []
      : [`${pidsMax === null ? "the limit of processes" : `pids_max ${pidsMax}`} reached`]),
  ];
  return parts.join(", ");
}
