import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import { endWith, startOnly } from "../config/adjust_plan.ts";
import { compile, type Compiled } from "../config/compile.ts";
import type { Plan } from "../config/plan.ts";
import { decodeText } from "../config/text/decode_text.ts";
import { selectOrThrow } from "../config/select.ts";
import { FileError } from "../host/ports/files.ts";
import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { ensureRunFolder } from "./tree_id.ts";

/** A configuration that was read, and its text for showing problems. */
export interface Loaded extends Compiled {
  readonly text: string;
}

/** What of a plan is wanted. */
export interface PlanSelection {
  /** Selectors of what starts by itself; null for all. */
  readonly only: readonly string[] | null;
  /** Selectors of what ends the tree. */
  readonly exitCodeFrom: readonly string[];
}

/**
 * Reads and compiles a configuration file.
 *
 * @param file Its real path.
 * @throws {UserError} `config/not-readable`
 */
export function loadPlan(host: Host, program: Program, file: string): Loaded {
  const { text, problem } = decodeText(file, readConfig(host, file));
  if (problem !== null) return { plan: null, problems: [problem], placeOf: () => null, text };
  const readFile = (path: string) => {
    try {
      return host.files.readText(path);
    } catch {
      return null;
    }
  };
  const { environment, scriptCommand, actorCommand } = program;
  const compiled = compile({
    file,
    text,
    environment,
    readFile,
    scriptCommand,
    actorCommand,
    supervise: launcherOf(host, program, text),
  });
  return { ...compiled, text };
}

/**
 * The plan as the options of the command line want it.
 *
 * @throws {UserError} `target/unknown`
 */
export function adjustPlan(plan: Plan, { only, exitCodeFrom }: PlanSelection): Plan {
  const limited = only === null ? plan : startOnly(plan, selectOrThrow(plan, only));
  return exitCodeFrom.length === 0 ? limited : endWith(limited, selectOrThrow(limited, exitCodeFrom));
}

/**
 * A path that starts this program, for `${supervise}`. A binary is its own; run from source it takes several words to
 * start, which a small script stands for.
 */
function launcherOf(host: Host, program: Program, text: string): string {
  const [first, ...more] = program.selfCommand;
  if (more.length === 0 || !text.includes("${supervise}")) return first!;
  const words = program.selfCommand.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const file = `${ensureRunFolder(host, program.uid)}/supervise-${host.digest(words).slice(0, 8)}`;
  host.files.replace(file, `#!/bin/sh\nexec ${words} "$@"\n`, { executable: true });
  return file;
}

function readConfig(host: Host, file: string): Uint8Array {
  let bytes: Uint8Array | null;
  try {
    bytes = host.files.readBytes(file);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new UserError("config/not-readable", `Cannot read "${file}": ${error.message}`, {
      exitCode: ExitCode.badConfig,
      cause: error,
    });
  }
  if (bytes !== null) return bytes;
  throw new UserError("config/not-found", `There is no file "${file}"`, {
    exitCode: ExitCode.badConfig,
    hint: "name the file, or run supervise in the folder that has a supervise.toml",
  });
}
