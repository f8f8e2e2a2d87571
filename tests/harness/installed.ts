import { existsSync } from "node:fs";
import process from "node:process";

/** Whether there is a program, by its path or by its name on the PATH. */
export function isInstalled(program: string): boolean {
  const folders = program.startsWith("/")
    ? [""]
    : (process.env["PATH"] ?? "").split(":").map((folder) => `${folder}/`);
  return folders.some((folder) => existsSync(folder + program));
}
