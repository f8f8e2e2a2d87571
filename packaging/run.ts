import { spawn } from "node:child_process";
import process from "node:process";

/** What a command is run with beside its words. */
export interface RunOptions {
  readonly cwd?: string;
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are no failure. @default [0] */
  readonly codes?: readonly number[];
}

/** Runs a command to its end. @returns What it printed to standard output. @throws {Error} With all that it printed, if it fails. */
export function run(argv: readonly string[], { cwd, env, codes = [0] }: RunOptions = {}): Promise<string> {
  const [program, ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program!, args, {
      cwd: cwd ?? process.cwd(),
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const printed = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => printed[stream] += text);
    }
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code !== null && codes.includes(code)) return resolve(printed.stdout);
      reject(
        new Error(`${argv.join(" ")} ended with ${code ?? signal}:\n${printed.stdout}${printed.stderr}`),
      );
    });
  });
}
