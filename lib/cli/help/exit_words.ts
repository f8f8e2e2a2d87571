import type { ExitCode } from "../../base/exit_code.ts";

/** Every exit code in words. */
export const EXIT_WORDS: Readonly<Record<keyof typeof ExitCode, string>> = {
  done: "Done.",
  failed: "The operation failed.",
  usage: "The command line is wrong.",
  notRunning: "A named target is not running, or the tree is not.",
  noSuchTarget: "There is no such target.",
  badConfig: "The configuration is not valid.",
  noAnswer: "The supervisor is there and does not answer.",
  notPermitted: "Not permitted.",
  timedOut: "Timed out.",
  survivors: "The teardown is incomplete: processes survived.",
  gaveUp: "A restart budget was exhausted, and the tree gave up.",
  changesPending: "Changes are pending (`plan --detailed-exitcode`).",
  commandNotStartable: "The command is there and cannot be started (`init --pid1`).",
  commandNotFound: "There is no such command (`init --pid1`).",
};
