import type { PlanOptions } from "./plan.ts";
import type { Problem } from "../config/problem.ts";
import { openSystem } from "./system.ts";

/** The result of {@linkcode check}. */
export interface CheckResult {
  /** Whether the file can be run: there are no errors, be there warnings. */
  readonly ok: boolean;
  /** All of them, in file order. */
  readonly problems: readonly Problem[];
  /** The file and all that it includes, in the order in which they were read: absolute, links resolved. */
  readonly files: readonly string[];
}

/**
 * Validates a configuration file: all problems in one run, each with its place, what was expected and what to do. The same
 * as `supervise check`.
 *
 * @param file Path of the file; a relative one is relative to the working folder.
 * @throws {UserError} `config/not-found` or `config/not-readable` if there is nothing to check.
 *
 * @example A file with a mistake
 * ```ts
 * import { check } from "supervise";
 *
 * const { ok, problems } = await check("examples/demo/supervise.toml");
 * console.log(ok, problems.length);
 * ```
 */
export async function check(file: string, options: PlanOptions = {}): Promise<CheckResult> {
  const { checkFile, findFile, readPiped } = await import("./tree_tools.ts");
  const { host, program } = await openSystem();
  const path = findFile(host, program, file, "may be open");
  const { problems, texts } = checkFile(host, program, path, await readPiped(host, path), options);
  const ok = problems.every((problem) => problem.severity !== "error");
  return { ok, problems, files: [...texts.keys()] };
}
