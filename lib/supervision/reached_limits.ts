/** The acts of the kernel on a run to keep limits: an end of a process that its own code cannot explain. */
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
