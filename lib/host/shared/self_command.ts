import { CLI, IS_BINARY, ROOT } from "./own_entry.ts";
import { isDeno } from "./runtime.ts";

/** Program and first arguments that start this very program. */
export function selfCommandOf(): readonly string[] {
  if (IS_BINARY) return [process.execPath];
  return isDeno
    ? [process.execPath, "run", "--allow-all", "--config", `${ROOT}deno.json`, CLI]
    // Neither an .env file nor a bunfig.toml of the folder that the user stands in is any of our business.
    : [process.execPath, "--no-env-file", `--config=${ROOT}bunfig.toml`, CLI];
}
