import { spawn } from "node:child_process";
import process from "node:process";

/** A program and its arguments, and the variables that it gets beside those of this process. */
export interface Command {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** @default The working folder of this process. */
  readonly cwd?: string;
}

/** The end of a command. */
export interface CommandEnd {
  readonly isOk: boolean;
  /** Both of its streams. */
  readonly output: string;
  readonly seconds: number;
}

/** A watchdog against a command that hangs, which would keep all others from being counted. */
const LIMIT_MS = 600_000;

/** Runs a command to its end; a command that cannot be started has failed. */
export function runCommand({ argv: [program, ...args], env, cwd }: Command): Promise<CommandEnd> {
  const start = performance.now();
  return new Promise((resolve) => {
    let output = "";
    const child = spawn(program!, args, {
      env: { ...process.env, ...env, NO_COLOR: "1" },
      cwd: cwd ?? process.cwd(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const watchdog = setTimeout(() => {
      output += `\nIt hangs: it was killed after ${LIMIT_MS / 1_000} s.\n`;
      process.kill(child.pid!, "SIGKILL");
    }, LIMIT_MS);
    const settle = (isOk: boolean) => {
      clearTimeout(watchdog);
      resolve({ isOk, output, seconds: (performance.now() - start) / 1_000 });
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => output += text);
    }
    child.once("error", (error) => {
      output += error.message;
      settle(false);
    });
    child.once("close", (code) => settle(code === 0));
  });
}
