import { existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "../run.ts";
import { type Target, TARGETS } from "../targets.ts";
import { hasProgram } from "./has_program.ts";
import { type Trial, Untried } from "./trial.ts";

/** How the binary for another machine is started here, and the Debian packages that this takes. */
interface Emulation {
  readonly target: string;
  readonly command: readonly string[];
  readonly packages: readonly string[];
}

const EMULATIONS: readonly Emulation[] = [
  {
    target: "linux-arm64",
    command: ["qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu"],
    packages: ["qemu-user-static", "libc6-arm64-cross", "libstdc++6-arm64-cross"],
  },
];

/** The binaries for other machines, under emulation. */
export const foreign: Trial = {
  name: "binaries for other machines",
  async tries({ parts }) {
    const seen: string[] = [];
    for (const target of TARGETS) {
      const binary = join(parts, "bin", `${target.name}-binary`);
      if (existsSync(binary)) seen.push(`${target.name}: ${await started(target, binary)}`);
    }
    return seen;
  },
};

async function started({ name }: Target, binary: string): Promise<string> {
  const emulation = EMULATIONS.find(({ target }) => target === name);
  if (emulation === undefined) return "untried, nothing here starts it";
  if (!await hasProgram(emulation.command[0]!)) {
    throw new Untried(`it takes the Debian packages ${emulation.packages.join(", ")}`);
  }
  return (await run([...emulation.command, binary, "version"])).trim();
}
