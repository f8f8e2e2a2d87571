import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";

/** The error of a file that is not what its name says, or is broken. @param line From 1; null for the whole file. */
export function notReadable(file: string, line: number | null, message: string, hint: string): UserError {
  const place = line === null ? file : `${file}:${line}`;
  return new UserError("import/not-readable", `${place}: ${message}`, { hint, exitCode: ExitCode.badConfig });
}
