import { copyFileSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { run } from "../run.ts";
import { type Target, targetHere, TARGETS } from "../targets.ts";
import { hasProgram } from "./has_program.ts";
import type { Trial } from "./trial.ts";

const QEMU = "qemu-aarch64-static";
const DEBIAN_ARM64 = "/usr/aarch64-linux-gnu";

/** The binaries for other machines, under emulation or in the root of such a system. */
export const foreign: Trial = {
  name: "binaries for other machines",
  isOfThisMachine: false,
  async tries({ root, parts }) {
    const seen: string[] = [];
    for (const target of TARGETS) {
      const binary = join(parts, "bin", `${target.name}-binary`);
      if (target === targetHere() || !existsSync(binary)) continue;
      const systemRoot = target.libc === "glibc" ? DEBIAN_ARM64 : join(root, "dist/roots", target.name);
      seen.push(`${target.name}: ${await started(target, binary, systemRoot)}`);
    }
    return seen;
  },
};

/** Starts a binary with the libraries of a folder. @returns What `version` says, or why nothing was tried. */
async function started({ cpu, libc }: Target, binary: string, root: string): Promise<string> {
  if (!existsSync(root)) {
    return libc === "musl"
      ? `untried, it takes an Alpine with libstdc++ in ${root}`
      : "untried, it takes the Debian packages libc6-arm64-cross and libstdc++6-arm64-cross";
  }
  if (cpu === process.arch) return (await inRoot(binary, root)).trim();
  if (!await hasProgram(QEMU)) return "untried, it takes the Debian package qemu-user-static";
  const libraries = `LD_LIBRARY_PATH=${root}/lib:${root}/usr/lib`;
  return (await run([QEMU, "-L", root, "-E", libraries, binary, "version"])).trim();
}

async function inRoot(binary: string, root: string): Promise<string> {
  copyFileSync(binary, join(root, "supervise"));
  try {
    return await run(["chroot", root, "/supervise", "version"]);
  } finally {
    rmSync(join(root, "supervise"));
  }
}
