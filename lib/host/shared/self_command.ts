import { CLI, IS_BINARY, IS_REMOTE, ROOT } from "./own_entry.ts";
import { isDeno } from "./runtime.ts";

let substitute: readonly string[] | null = null;

/** Has every host and program that is opened from now on start this command for itself: another build of this program. */
export function substituteSelf(command: readonly string[]): void {
  substitute = command;
}

/** Program and first arguments that start this very program. */
export function selfCommandOf(): readonly string[] {
  if (substitute !== null) return substitute;
  if (IS_BINARY) return [process.execPath];
  // Files of JSR name what they import in full, and there is no configuration beside them that Deno would read.
  if (IS_REMOTE) return [process.execPath, "run", "--allow-all", CLI];
  return isDeno
    ? [process.execPath, "run", "--allow-all", "--config", `${ROOT}deno.json`, CLI]
    // Neither an .env file nor a bunfig.toml of the folder that the user stands in is any of our business.
    : [process.execPath, "--no-env-file", `--config=${ROOT}bunfig.toml`, CLI];
}
