import { definedOnly } from "../base/defined_only.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { type ProcessOptions, type ProcessResult, runProcessOn } from "../program/run_process.ts";
import { openSystem } from "./system.ts";

let inputs = 0;

/**
 * Runs a process to its end, and never returns while it lives: a cancel asks it to end, then kills it, and is raised when
 * it is gone. Follows Trio's `run_process`.
 *
 * The process leads a session of its own, so Ctrl-C in the terminal reaches it through this program only. It is one
 * process that is followed: for trees of them that never lose one, use `up`.
 *
 * @param argv The program, by path or by a name to be looked up in PATH, and its arguments.
 * @returns How it ended, and what it printed if that was captured.
 * @throws {ProcessFailed} If it ended otherwise than with exit code 0, unless `check` is false.
 * @throws {SpawnError} If it could not be started.
 * @throws {Cancelled}
 *
 * @example Read what a command prints
 * ```ts
 * import { run, runProcess } from "supervise";
 *
 * await run(async () => {
 *   const { stdout } = await runProcess(["sort"], { input: "b\na\n", output: "capture" });
 *   console.log(stdout); // a, b
 * });
 * ```
 */
export async function runProcess(
  argv: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  const { host, program } = await fromPromise(openSystem());
  const env = options.env ?? definedOnly(program.environment);
  const stdin = options.input === undefined ? null : await writeInput(host, program, options.input);
  try {
    return await runProcessOn(host, argv, { ...options, cwd: options.cwd ?? program.cwd, env }, stdin);
  } finally {
    if (stdin !== null) host.files.remove(stdin);
  }
}

/** Puts what a process is to read into a file of the owner's: unlike a pipe, it needs nobody to write along. */
async function writeInput(host: Host, program: Program, input: string | Uint8Array): Promise<string> {
  const path = `${program.temporaryFolder}/supervise-input-${program.pid}-${inputs++}-${host.randomSeed()}`;
  const file = await fromPromise(host.files.openAppend(path));
  try {
    await fromPromise(file.append(typeof input === "string" ? new TextEncoder().encode(input) : input));
  } finally {
    await file.close();
  }
  return path;
}
