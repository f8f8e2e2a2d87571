import { normalizePath } from "../base/posix_path.ts";

/**
 * A program as `exec` has it, for tools that look for one with a slash in the folder that it runs in: ours look for it in that
 * of the file.
 */
export function resolveProgram(program: string, cwd: string | null): string {
  if (!program.includes("/") || /^[/$]/.test(program) || cwd === null || cwd === "${dir}") return program;
  const path = program.replace(/^\.\//, "");
  return cwd.includes("${")
    ? `${cwd}/${path}`
    : cwd.startsWith("/")
    ? normalizePath(`${cwd}/${path}`)
    : `./${normalizePath(`${cwd}/${path}`)}`;
}
