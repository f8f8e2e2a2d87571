/** The programs that are compiled for a run. */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** Compiles a source of this folder into another one; null where no compiler is found. */
export function compiled(source: string, folder: string): string | null {
  const program = join(folder, source.replace(/\.c$/, ""));
  const compiler = process.env["CC"] ?? "cc";
  for (const options of [["-static"], []]) {
    const { status } = spawnSync(compiler, [
      "-O2",
      ...options,
      "-o",
      program,
      join(HERE, source),
    ]);
    if (status === 0) return program;
  }
  return null;
}

/** The program of each service where no compiler is found. */
export const CHILD_SCRIPT: string = join(HERE, "child.sh");

/** Whether a program is there: a path, or a name on the PATH. */
export function isThere(program: string): boolean {
  return pathOf(program) !== null;
}

/** The path of a program that is there; null if it is not. */
export function pathOf(program: string): string | null {
  const paths = program.includes("/")
    ? [program]
    : (process.env["PATH"] ?? "").split(":").map((folder) => join(folder, program));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  }) ?? null;
}
