import { ExitCode } from "../base/exit_code.ts";
import { nameSome } from "../base/name_some.ts";
import { nearestName } from "../base/nearest.ts";
import { UserError } from "../base/user_error.ts";

/** The error for selectors that no entry of a journal is of. @param paths Those that there are entries of. */
export function noEntryOf(selectors: readonly string[], paths: readonly string[]): UserError {
  return new UserError("target/unknown", `No entry is of "${selectors.join(" ")}"`, {
    exitCode: ExitCode.noSuchTarget,
    hint: hintFor(selectors[0]!, paths),
  });
}

function hintFor(selector: string, paths: readonly string[]): string {
  if (paths.length === 0) {
    return "the journal has no entry that can be read; the next `supervise up` goes on with it";
  }
  const nearest = nearestName(selector, paths);
  return nearest === null ? `there are entries of ${nameSome(paths)}` : `did you mean "${nearest}"?`;
}
