/** Trees of supervise in folders of their own, for the benchmarks that measure nothing else. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** Program and first arguments of supervise: the binary, or what SUPERVISE says. */
export const SUPERVISE: readonly string[] = (
  process.env["SUPERVISE"] ?? fileURLToPath(new URL("../dist/supervise", import.meta.url))
).split(" ");

/** What a command came to. */
export interface Done {
  readonly code: number | null;
  readonly ms: number;
  readonly output: string;
}

/** An environment in which all that supervise keeps is in this folder. */
export function environmentIn(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, XDG_STATE_HOME: join(folder, "state"), HOME: folder };
}

/** Runs supervise in a folder. */
export function supervise(folder: string, ...words: readonly string[]): Promise<Done> {
  const began = performance.now();
  const [program, ...first] = SUPERVISE;
  const child = spawn(program!, [...first, ...words], { cwd: folder, env: environmentIn(folder) });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => output += data);
  return new Promise((resolve) =>
    child.on("close", (code) => resolve({ code, ms: performance.now() - began, output }))
  );
}

/** The numbers of all processes whose command line has these texts. */
export function processesWith(...texts: readonly string[]): readonly number[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      return texts.every((text) => line.includes(text));
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}

/** In which the kernel counts the processor time of processes. */
export const TICK_MS = 10;

/** The parent of a process, and its processor time in milliseconds. @throws If it is gone. */
export function usageOf(pid: number): { readonly parent: number; readonly cpuMs: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
  return { parent: fields[1]!, cpuMs: TICK_MS * (fields[11]! + fields[12]!) };
}
