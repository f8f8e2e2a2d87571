/** The versions of what is compared: by their own word, or by that of the package that they came with. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import type { Contender, Words } from "./contender.ts";
import { pathOf } from "./programs.ts";

/** The version of a contender that is there; null if nothing tells. */
export function versionOf({ version, install, programs }: Contender): string | null {
  if (version !== null) return firstLineOf(version);
  const [kind, name = ""] = install.split(": ");
  if (kind === "apt") return firstLineOf(["dpkg-query", "--show", "--showformat=${Version}", name]);
  return kind === "npm" ? packageVersionOf(pathOf(programs[0]!)) : null;
}

function firstLineOf([program, ...args]: Words): string | null {
  const { status, stdout } = spawnSync(program!, args, {
    encoding: "utf8",
    timeout: 20_000,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], LANG: "C.UTF-8" },
  });
  const line = status === 0 ? stdout.trim().split("\n")[0]!.trim() : "";
  return line === "" ? null : line;
}

/** What the nearest package.json above a program says. */
function packageVersionOf(program: string | null): string | null {
  if (program === null) return null;
  for (let folder = dirname(realpathSync(program)); folder !== "/"; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")).version ?? null;
  }
  return null;
}
