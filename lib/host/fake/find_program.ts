import { SpawnError, type SpawnSpec } from "../ports/processes.ts";
import { resolvePath } from "../../base/posix_path.ts";
import type { Disk, DiskEntry } from "./disk.ts";

const DEFAULT_PATH = "/usr/bin:/bin";
const EXECUTABLE = 0o111;

/**
 * The file of the program that a spec would start.
 *
 * @throws {SpawnError} If it, or the folder to start it in, is not there.
 */
export function findFakeProgram(
  disk: Disk,
  { argv, env, cwd }: Pick<SpawnSpec, "argv" | "env" | "cwd">,
): string {
  const folder = entryAt(disk, cwd);
  if (folder === undefined) throw new SpawnError("cwd", `Working folder not found: "${cwd}"`);
  if (folder.kind !== "folder") {
    throw new SpawnError("cwd", `The working folder is not a folder: "${cwd}"`);
  }
  const program = argv[0]!;
  const candidates = program.includes("/")
    ? [resolvePath(cwd, program)]
    : (env["PATH"] ?? DEFAULT_PATH).split(":").map((each) => resolvePath(cwd, `${each}/${program}`));
  const found = candidates.filter((path) => entryAt(disk, path)?.kind === "file");
  if (found.length === 0) throw new SpawnError("program", `Command not found: "${program}"`);
  const runnable = found.find((path) => (entryAt(disk, path)!.mode & EXECUTABLE) !== 0);
  if (runnable === undefined) throw new SpawnError("permission", `"${found[0]}" is not executable`);
  return runnable;
}

function entryAt(disk: Disk, path: string): DiskEntry | undefined {
  try {
    return disk.get(disk.resolve(path));
  } catch {
    return undefined;
  }
}
