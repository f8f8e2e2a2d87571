/** Every exit code of the command line, with the one meaning that it has everywhere. */
export const ExitCode = {
  /** Done. */
  done: 0,
  /** The operation failed. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** A named target is not running, or the tree is not. */
  notRunning: 3,
  /** No such target. */
  noSuchTarget: 4,
  /** The configuration file is not valid. */
  badConfig: 5,
  /** The supervisor is there but does not answer. */
  noAnswer: 6,
  /** Not permitted. */
  notPermitted: 7,
  /** Timed out. */
  timedOut: 8,
  /** The teardown is incomplete: survivors remain. */
  survivors: 9,
  /** A restart budget was exhausted and the tree gave up. */
  gaveUp: 10,
  /** `plan --detailed-exitcode`: changes are pending. */
  changesPending: 11,
  /** `init --pid1`: the command is there but cannot be started, as shells say it. */
  commandNotStartable: 126,
  /** `init --pid1`: there is no such command, as shells say it. */
  commandNotFound: 127,
} as const;

/** The exit code of a process that a signal ended. */
export function signalExitCode(signalNumber: number): number {
  return 128 + signalNumber;
}
