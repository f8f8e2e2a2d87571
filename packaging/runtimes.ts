import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { run } from "./run.ts";
import { type Target, targetHere } from "./targets.ts";

interface Locked {
  readonly version: string;
  readonly integrity: string;
}

/**
 * The Bun that the binary for a target is made with, as the lock file names it: the one that runs this, or from `cache`, or from
 * the registry.
 *
 * @returns The path of the program.
 * @throws {Error} If the registry does not have it, or has another one than the lock file says.
 */
export async function runtimeFor(target: Target, root: string, cache: string): Promise<string> {
  const { version, integrity } = lockedIn(root, target.runtime);
  if (target === targetHere() && process.versions.bun === version) return process.execPath;
  const program = join(cache, `${target.name}-${version}`);
  if (existsSync(program)) return program;
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "fetch-"));
  try {
    const packed = await run([
      "npm",
      "pack",
      `${target.runtime}@${version}`,
      "--silent",
      `--pack-destination=${folder}`,
    ]);
    const tarball = join(folder, packed.trim().split("\n").at(-1)!);
    const found = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
    if (found !== integrity) {
      throw new Error(`${target.runtime}@${version} is not the one of package-lock.json`);
    }
    await run(["tar", "--extract", `--file=${tarball}`, `--directory=${folder}`, "package/bin/bun"]);
    renameSync(join(folder, "package/bin/bun"), program);
    return program;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function lockedIn(root: string, name: string): Locked {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  return lock.packages[`node_modules/${name}`];
}
