/** How long a process has to vanish after its SIGKILL; one that is found alive later than that has survived it. */
export const KILL_PATIENCE_MS = 5_000;
