import { HIGHEST_SIGNAL, LOWEST_REAL_TIME_SIGNAL, type Signal, signalName } from "../base/signals.ts";

/**
 * Signals that mean nothing to a tree's own processes and would end them by default: nobody who sends one by mistake, to
 * have logs turned over or a state printed, is to lose a tree.
 */
export const UNHEEDED: readonly Signal[] = [
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGVTALRM",
  "SIGPROF",
  "SIGIO",
  "SIGPWR",
  "SIGSTKFLT",
  ...realTimeSignals(),
];

function realTimeSignals(): readonly Signal[] {
  const count = HIGHEST_SIGNAL - LOWEST_REAL_TIME_SIGNAL + 1;
  return Array.from({ length: count }, (_, index) => signalName(LOWEST_REAL_TIME_SIGNAL + index));
}
