import { accessSync, constants, type Stats, statSync } from "node:fs";
import { SpawnError } from "../ports/processes.ts";
import { presentUser, whyUnreachable } from "../shared/reach.ts";

/** Where a shell looks when PATH is not set. */
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Finds the file of a program as a shell would: by its path, or by its name in the folders of `path`.
 *
 * @param who Who is to run it: `user "nobody"`. By default the user of this process.
 * @throws {SpawnError} If there is none, or it may not be run.
 */
export function findProgram(
  program: string,
  path: string | undefined,
  cwd: string,
  who: string = presentUser(),
): string {
  if (program.includes("/")) {
    checkProgram(program.startsWith("/") ? program : `${cwd}/${program}`, program, who);
    return program;
  }
  const folders = (path ?? DEFAULT_PATH).split(":");
  let refusal: SpawnError | null = null;
  for (const folder of folders) {
    // An empty entry means the working folder, which here is the one that the program will start in.
    const candidate = `${folder === "" ? cwd : folder}/${program}`;
    try {
      // As a rule it is in one of many folders, and an error for each other one would cost more than the look.
      if (statOf(candidate, candidate, who) === null) continue;
      checkProgram(candidate, candidate, who);
      return candidate;
    } catch (error) {
      if (error instanceof SpawnError && error.stage === "permission") refusal ??= error;
    }
  }
  throw refusal ?? new SpawnError("program", `Command not found: "${program}" is in no folder of PATH`);
}

function checkProgram(file: string, shown: string, who: string): void {
  const info = statOf(file, shown, who);
  if (info === null) throw new SpawnError("program", `Command not found: there is no file "${shown}"`);
  if (info.isDirectory()) throw new SpawnError("program", `Command not found: "${shown}" is a folder`);
  if (!info.isFile()) throw new SpawnError("permission", `"${shown}" is no program: it is no file at all`);
  try {
    accessSync(file, constants.X_OK);
  } catch {
    throw new SpawnError("permission", whyNotExecutable(info, shown, who));
  }
}

/** Null if there is no such file. @throws {SpawnError} If that cannot be seen. */
function statOf(file: string, shown: string, who: string): Stats | null {
  try {
    return statSync(file, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EACCES") return null;
    throw new SpawnError("permission", `Cannot reach "${shown}": ${whyUnreachable(file, who)}`);
  }
}

const ANY_EXECUTABLE = 0o111;

function whyNotExecutable({ mode, uid }: Stats, shown: string, who: string): string {
  if ((mode & ANY_EXECUTABLE) === 0) return `"${shown}" is not executable (chmod +x would make it so)`;
  const bits = (mode & 0o7777).toString(8).padStart(4, "0");
  return `"${shown}" may not be executed by ${who}: it belongs to user ${uid}, and its mode is ${bits}`;
}
