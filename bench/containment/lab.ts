/** A folder of its own for one measurement, the processes that are started in it, and their end. */
import { spawn, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isAlive, type ProcessId, signal, statOf, withEnvironment } from "./processes.ts";
import { trapCommand } from "../../tests/harness/traps.ts";
import { readRecords, type Service, type TrapProcess } from "./records.ts";

const TOOLS = fileURLToPath(new URL("../node_modules/.bin", import.meta.url));
const SUPERVISE = fileURLToPath(
  new URL("../../dist/supervise", import.meta.url),
);

/** The environment of every command, here and where the peers are looked for. */
export function environment(
  more: Readonly<Partial<{ [name: string]: string }>> = {},
): NodeJS.ProcessEnv {
  const path = `${process.env["PATH"]}:${TOOLS}`;
  return { PATH: path, LANG: "C.UTF-8", SUPERVISE, ...more };
}

/** One measurement. All that it starts has its mark in the environment, or a line in its records. */
export class Lab {
  readonly dir = mkdtempSync(join(tmpdir(), "containment-"));
  readonly #python: string;
  readonly #mark = `CONTAINMENT_LAB=${this.dir}`;
  #peer: ProcessId | null = null;

  constructor(python: string) {
    this.#python = python;
    mkdirSync(join(this.dir, "home"), { mode: 0o700 });
  }

  /** The command of a service. */
  readonly command = (
    service: Service,
  ): readonly string[] => trapCommand(this.#python, service, this.path("records"));

  path(name: string): string {
    return join(this.dir, name);
  }

  /** Writes a file; its folder is made. */
  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text, {
      mode: text.startsWith("#!") ? 0o755 : 0o600,
    });
  }

  /** The supervisor. */
  get peer(): ProcessId {
    if (this.#peer === null) throw new Error(`it did not start: ${this.log()}`);
    return this.#peer;
  }

  /** Says which process the supervisor is. */
  setPeer(pid: number): void {
    this.#peer = statOf(pid);
  }

  /** Starts a command in a session of its own; resolves with its exit code, or null if it was killed because it did not return. */
  run(
    text: string,
    limitMs: number,
  ): { readonly pid: number; readonly done: Promise<number | null> } {
    const log = openSync(this.path("log"), "a");
    const child = spawn("sh", ["-c", text], {
      cwd: this.dir,
      env: this.#environment(),
      detached: true,
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    const done = new Promise<number | null>((resolve) => {
      const late = setTimeout(() => {
        process.kill(-child.pid!, "SIGKILL");
        resolve(null);
      }, limitMs);
      child.once("exit", (code) => {
        clearTimeout(late);
        resolve(code);
      });
    });
    return { pid: child.pid!, done };
  }

  /** What a command prints. */
  output(text: string): string {
    const options = {
      cwd: this.dir,
      env: this.#environment(),
      encoding: "utf8",
      timeout: 10_000,
    } as const;
    return spawnSync("sh", ["-c", text], options).stdout;
  }

  records(): readonly TrapProcess[] {
    return readRecords(this.path("records"));
  }

  /** The last words of whatever was started. */
  log(): string {
    return readFileSync(this.path("log"), "utf8").slice(-600);
  }

  /** Processes that belong to the peer itself. */
  peers(): readonly ProcessId[] {
    const traps = new Set(this.records().map(({ pid }) => pid));
    return withEnvironment(this.#mark).filter(({ pid }) => !traps.has(pid));
  }

  /** Ends exactly what was started here, however often it forks meanwhile, and removes the folder. */
  dispose(): void {
    for (let round = 0; round < 200; round++) {
      const left = [...withEnvironment(this.#mark), ...this.records()].filter(
        isAlive,
      );
      if (left.length === 0) break;
      for (const id of left) signal(id, "SIGKILL");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
    rmSync(this.dir, { recursive: true, force: true });
  }

  #environment(): NodeJS.ProcessEnv {
    const [key, value] = this.#mark.split("=") as [string, string];
    const home = this.path("home");
    return environment({
      HOME: home,
      XDG_STATE_HOME: `${home}/state`,
      XDG_CONFIG_HOME: `${home}/config`,
      XDG_DATA_HOME: `${home}/data`,
      PM2_HOME: `${home}/pm2`,
      NO_COLOR: "1",
      PEER: String(this.#peer?.pid ?? ""),
      [key]: value,
    });
  }
}
