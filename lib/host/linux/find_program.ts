import { accessSync, constants, statSync } from "node:fs";
import { SpawnError } from "../ports/processes.ts";

/** Where a shell looks when PATH is not set. */
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Finds the file of a program as a shell would: by its path, or by its name in the folders of `path`.
 *
 * @throws {SpawnError} If there is none, or it may not be run.
 */
export function findProgram(program: string, path: string | undefined, cwd: string): string {
  if (program.includes("/")) {
    checkProgram(program.startsWith("/") ? program : `${cwd}/${program}`, program);
    return program;
  }
  const folders = (path ?? DEFAULT_PATH).split(":");
  let refusal: SpawnError | null = null;
  for (const folder of folders) {
    // An empty entry means the working folder, which here is the one that the program will start in.
    const candidate = `${folder === "" ? cwd : folder}/${program}`;
    try {
      checkProgram(candidate, candidate);
      return candidate;
    } catch (error) {
      if (error instanceof SpawnError && error.stage === "permission") refusal ??= error;
    }
  }
  throw refusal ?? new SpawnError("program", `Command not found: "${program}" is in no folder of PATH`);
}

function checkProgram(file: string, shown: string): void {
  let isFolder: boolean;
  try {
    isFolder = statSync(file).isDirectory();
  } catch {
    throw new SpawnError("program", `Command not found: there is no file "${shown}"`);
  }
  if (isFolder) throw new SpawnError("program", `Command not found: "${shown}" is a folder`);
  try {
    accessSync(file, constants.X_OK);
  } catch {
    throw new SpawnError("permission", `"${shown}" is not executable (chmod +x would make it so)`);
  }
}
