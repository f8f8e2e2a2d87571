import { dirname } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { substituteSelf } from "../../lib/host/shared/self_command.ts";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Whether tests start what has been built (`npm run build`, `npm run build:bundle`) in place of the sources, which take two
 * to four times as long to start. A run of all tests builds it and says so; of a single test file the sources are tested as
 * they are.
 */
export const IS_BUILT: boolean = process.env["SUPERVISE_BUILT"] !== undefined;

/** Program and first arguments of what has been built for the present runtime. */
export const BUILT: readonly string[] = "Deno" in globalThis
  ? [
    process.execPath,
    "run",
    "--allow-all",
    "--config",
    `${ROOT}/dist/js/deno.json`,
    `${ROOT}/dist/js/cli.js`,
  ]
  : [`${ROOT}/dist/supervise`];

/**
 * Has actors and workers of the present program start from what has been built. To be called before the system is opened.
 * Modules of theirs have to import the library as `"supervise"`: by its path it would be another one than the program's.
 */
export function startBuiltActors(): void {
  if (IS_BUILT) substituteSelf(BUILT);
}
