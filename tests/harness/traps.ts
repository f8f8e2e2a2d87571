/** The traps of `trap.py`: processes that are hard to end, and what they have written of themselves. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ProcessName } from "./process_table.ts";

/** The program of the traps. */
export const TRAP: string = fileURLToPath(new URL("./trap.py", import.meta.url));

/** One process of a trap. */
export interface TrapProcess extends ProcessName {
  readonly service: string;
  /** The number of the main process that it descends from. */
  readonly generation: number;
  readonly kind: string;
}

/** The program that runs traps: python itself, and not a script that chooses one. */
export function findPython(): string {
  const { stdout } = spawnSync("python3", ["-c", "import os, sys; print(os.path.realpath(sys.executable))"]);
  return String(stdout).trim();
}

/**
 * The command of a service full of traps.
 *
 * @param file What they write themselves into.
 * @param kinds Which; all of the usual ones if none is named.
 * @param program A copy for those who cannot read the sources.
 */
export function trapCommand(
  python: string,
  service: string,
  file: string,
  kinds: readonly string[] = [],
  program = TRAP,
): readonly string[] {
  return [python, program, service, file, ...kinds];
}

/** All processes of all traps that write into a file. */
export function readTraps(file: string): readonly TrapProcess[] {
  return textOf(file).split("\n").slice(0, -1).map((line) => {
    const [service, generation, kind, pid, startTime] = line.split(" ");
    return {
      service: service!,
      generation: Number(generation),
      kind: kind!,
      pid: Number(pid),
      startTime: Number(startTime),
    };
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
