/** What the kernel did to a run to keep limits: an end of a process that its own code cannot explain. */
export interface ReachedLimits {
  /** The processes that it killed because there was no memory for them. */
  readonly oomKills: number;
  /** Whether the main process was one of them, and ended by that. */
  readonly killedMain: boolean;
  /** The run's own limit of memory that was reached; null if it was that of a group around it, or of the machine. */
  readonly memoryMax: string | null;
  /** How often a process or thread could not be started because there were too many. */
  readonly forksRefused: number;
  /** The run's own limit of processes; null if it has none. */
  readonly pidsMax: string | null;
}

/** What the kernel did, as a clause: `killed by the kernel: memory_max 64MiB reached`. */
export function describeReached(reached: ReachedLimits): string {
  const { oomKills, killedMain, memoryMax, forksRefused, pidsMax } = reached;
  const memory = memoryMax === null ? "out of memory" : `memory_max ${memoryMax} reached`;
  const others = oomKills - (killedMain ? 1 : 0);
  const parts = [
    ...(killedMain ? [`killed by the kernel: ${memory}`] : []),
    ...(others === 0 || killedMain ? [] : [`the kernel killed ${countOf(others)} of it: ${memory}`]),
    ...(forksRefused === 0
      ? []
      : [`${pidsMax === null ? "the limit of processes" : `pids_max ${pidsMax}`} reached`]),
  ];
  return parts.join(", ");
}

function countOf(processes: number): string {
  return processes === 1 ? "1 process" : `${processes} processes`;
}
