import { UserError } from "../base/user_error.ts";
import type { LastWords } from "../host/ports/program.ts";
import { reportError } from "../scope/error_report.ts";

const FAILED = 1;

/**
 * The report of an error that nobody has caught: the error, its causes and their stacks. The runtime would quote the line of
 * source as well, and a line of this binary is all of it.
 */
export function lastWordsOf(error: unknown): LastWords {
  if (!(error instanceof UserError)) return { text: `Uncaught ${reportError(error)}\n`, exitCode: FAILED };
  const { message, hint, exitCode } = error;
  return { text: `${message}\n${hint === null ? "" : `hint: ${hint}\n`}`, exitCode };
}
