import { SystemClock } from "../host/shared/system_clock.ts";
import { type ProgramOptions, runProgram } from "../program/run_program.ts";
import { thisProgram } from "./system.ts";

/**
 * Runs `main` as the root task of a tree of tasks, and returns when it and with it everything that it started is over.
 *
 * The first Ctrl-C, SIGTERM or SIGHUP cancels everything, and `run` throws `Interrupted` after the cleanup; the second cuts
 * cleanups short, the third ends the program. A program that does not catch `Interrupted` ends with the exit code of the
 * signal. Follows `trio.run`.
 *
 * @returns What `main` returned.
 * @throws Whatever `main` throws.
 * @throws {Interrupted} After such a signal; what `main` threw meanwhile is its cause.
 * @throws {TypeError} Inside of another run.
 *
 * @example Two tasks
 * ```ts
 * import { openNursery, run, sleep } from "supervise";
 *
 * await run(() =>
 *   openNursery((nursery) => {
 *     nursery.startSoon(() => sleep(10));
 *     nursery.startSoon(() => sleep(20));
 *   })
 * );
 * ```
 */
export async function run<T>(main: () => T | Promise<T>, options: ProgramOptions = {}): Promise<T> {
  return await runProgram(thisProgram(), options.clock ?? new SystemClock(), main, options);
}
