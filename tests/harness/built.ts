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

const ON_DENO = [
  process.execPath,
  "run",
  "--allow-all",
  "--no-check",
  "--config",
  `${ROOT}/${IS_BUILT ? "dist/js/" : ""}deno.json`,
];

/** What `import "supervise"` has to be in a file outside of the project: as built, or its sources. */
export const LIBRARY = `${ROOT}/${IS_BUILT ? "dist/js/mod.js" : "mod.ts"}`;

/**
 * Program and first arguments that run a file of a user of the library. Its modules of actors import the library as
 * `"supervise"`, and find the same one.
 */
export const RUN: readonly string[] = "Deno" in globalThis
  ? ON_DENO
  : [process.execPath, ...IS_BUILT ? [`--preload=${ROOT}/tests/harness/built_library.ts`] : []];

/** Program and first arguments of what has been built for the present runtime. */
export const BUILT: readonly string[] = "Deno" in globalThis
  ? [...ON_DENO, `${ROOT}/dist/js/cli.js`]
  : [`${ROOT}/dist/supervise`];

/**
 * Has actors and workers of the present program start from what has been built. To be called before the system is opened.
 * Modules of theirs have to import the library as `"supervise"`: by its path it would be another one than the program's.
 */
export function startBuiltActors(): void {
  if (IS_BUILT) substituteSelf(BUILT);
}
