import { grouped } from "../base/counted.ts";
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import type { Plan } from "../config/plan.ts";
import type { Problem } from "../config/problem.ts";
import { openSystem } from "./system.ts";

/** A configuration file is not valid. */
export class ConfigError extends UserError {
  /** Its errors and warnings. */
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    const errors = problems.filter((problem) => problem.severity === "error");
    const { line, column, message, file: included } = errors[0]!;
    const place = `${included === file ? "" : `${included}:`}${line}:${column}`;
    const more = errors.length === 1 ? "" : ` (and ${grouped(errors.length - 1)} more)`;
    super("config/invalid", `"${file}" is not valid: ${place}: ${message}${more}`, {
      exitCode: ExitCode.badConfig,
    });
    this.problems = problems;
  }
}

/** How {@linkcode plan} and {@linkcode check} read a configuration. */
export interface PlanOptions {
  /**
   * Profiles that are active, `*` for all.
   *
   * @default None.
   */
  readonly profiles?: readonly string[];
}

/**
 * Compiles a configuration file to its plan: every spawn with all defaults filled in, frozen. The same as
 * `supervise plan`; nothing is started.
 *
 * @param file Path of the file; a relative one is relative to the working folder.
 * @throws {ConfigError} If the file is not valid.
 * @throws {UserError} `config/not-found` or `config/not-readable`.
 *
 * @example What is started, and in which folder
 * ```ts
 * import { plan } from "supervise";
 *
 * const { name, nodes } = await plan("examples/demo/supervise.toml");
 * console.log(name, nodes.map((node) => node.path));
 * ```
 */
export async function plan(file: string, options: PlanOptions = {}): Promise<Plan> {
  const { findFile, loadPlan, readPiped } = await import("./tree_tools.ts");
  const { host, program } = await openSystem();
  const path = findFile(host, program, file, "may be open");
  const compiled = loadPlan(host, program, path, await readPiped(host, path), options);
  if (compiled.plan === null) throw new ConfigError(path, compiled.problems);
  return compiled.plan;
}
