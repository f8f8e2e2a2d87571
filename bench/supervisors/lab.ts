/** A folder of its own for one contender and one tree, whatever runs for it, and the proof that none of it is left. */
import { type ChildProcess, spawn } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { isAlive, type ProcessId, signal, statOf, withEnvironment } from "../containment/processes.ts";
import { Board, now, passes } from "./board.ts";
import type { Contender, Tree, Words } from "./contender.ts";

/** What a command took. */
export interface Took {
  readonly ms: number;
  readonly code: number | null;
}

/** What a thread has used since it was started. */
export interface Usage {
  /** Of processor time. */
  readonly cpuMs: number;
  /** How often it has gone to sleep. */
  readonly wakeups: number;
}

/** Entries in the environment of all that the bench starts: the lab and the run. */
const MARK = "SUPERVISORS_LAB";
const RUN_MARK = "SUPERVISORS_RUN";
const COMMAND_LIMIT_MS = 120_000;

export class Lab {
  readonly dir: string;
  readonly board: Board;
  readonly contender: Contender;
  readonly #child: string;
  readonly #run: string;
  #main: ProcessId | null = null;
  #hasReturned: Promise<void> = Promise.resolve();

  /**
   * @param run The folder of the whole run.
   * @param child The program that each service runs.
   */
  constructor(contender: Contender, run: string, child: string) {
    this.contender = contender;
    this.#run = run;
    this.#child = child;
    this.dir = mkdtempSync(join(run, "lab-"));
    this.board = new Board(join(this.dir, "board"));
    for (const name of ["home", "logs"]) {
      mkdirSync(join(this.dir, name), { mode: 0o700 });
    }
  }

  /** A tree of services in this mode of the child program. */
  tree(size: number, mode: "wait" | "exit" | "blocks" | "lines"): Tree {
    const services = Array.from({ length: size }, (_, n) => ({
      name: `s${n}`,
      argv: [this.#child, mode, this.board.path, `s${n}`],
    }));
    return { folder: this.dir, services, restarts: mode !== "exit" };
  }

  write(files: Readonly<{ [name: string]: string }>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.dir, name)), { recursive: true });
      writeFileSync(join(this.dir, name), text, {
        mode: text.startsWith("#!") ? 0o755 : 0o600,
      });
    }
  }

  /** Starts the supervisor; returns when that was. */
  start(): number {
    const began = now();
    const child = this.#spawn(this.contender.start);
    this.#hasReturned = new Promise((resolve) => child.once("exit", () => resolve()));
    this.#main = statOf(child.pid!);
    return began;
  }

  /** Waits for the start command, where it leaves the supervisor in the background. */
  async hasStarted(): Promise<void> {
    if (this.contender.detaches) await this.#hasReturned;
  }

  /** Runs a command of the contender. */
  async run(words: Words): Promise<Took> {
    const began = now();
    const child = this.#spawn(words);
    const late = setTimeout(() => child.kill("SIGKILL"), COMMAND_LIMIT_MS);
    const code = await new Promise<number | null>((resolve) => {
      child.once("exit", resolve);
      child.once("error", () => resolve(null));
    });
    const ms = now() - began;
    clearTimeout(late);
    return { ms, code };
  }

  /** Ends the supervisor in its own way; resolves with how long that took until none of its processes was left, or null. */
  async stop(limitMs: number): Promise<number | null> {
    const left = this.everything();
    const began = now();
    if (this.#main === null) return 0;
    if (typeof this.contender.stop === "string") {
      signal(this.#main, this.contender.stop);
    } else await this.run(this.contender.stop);
    while (left.length > 0) {
      if (!isAlive(left.at(-1)!)) left.pop();
      else if (now() - began > limitMs) return null;
      else await passes(1);
    }
    return now() - began;
  }

  /** The processes of the supervisor itself. */
  supervisors(): readonly ProcessId[] {
    return this.everything().filter(({ pid }) => !commandOf(pid).slice(0, 2).includes(this.#child));
  }

  /** All that runs here. */
  everything(): ProcessId[] {
    return withEnvironment(`${MARK}=${this.dir}`).filter(isAlive);
  }

  /** What the threads of these processes that are alive have used, by their folders. */
  usage(processes: readonly ProcessId[]): ReadonlyMap<string, Usage> {
    const tasks = processes.flatMap(({ pid }) =>
      list(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}`)
    );
    return new Map(tasks.flatMap((task): [string, Usage][] => {
      const waits = /^voluntary_ctxt_switches:\s*(\d+)/m.exec(text(`${task}/status`))?.[1];
      const times = text(`${task}/schedstat`);
      if (waits === undefined || times === "") return [];
      return [[task, { cpuMs: Number(times.split(" ")[0]) / 1e6, wakeups: Number(waits) }]];
    }));
  }

  /** The memory of these processes in MiB, with their share of what they share. */
  memory(processes: readonly ProcessId[]): number {
    const kib = processes.map(({ pid }) =>
      Number(/^Pss:\s*(\d+)/m.exec(text(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0)
    );
    return kib.reduce((sum, one) => sum + one, 0) / 1_024;
  }

  /** The files that services may have been logged to. */
  logFiles(): readonly string[] {
    return ["logs", "services", "home"].flatMap((name) => list(join(this.dir, name), true))
      .map(String).filter((name) => !/\.sock$|ctl$|control$|pipe/.test(name));
  }

  /** The last words of whatever was started. */
  log(): string {
    return text(join(this.dir, "output")).slice(-600).trim();
  }

  /** Ends whatever is left here, and removes the folder. */
  async dispose(): Promise<void> {
    for (let round = 0; round < 200; round++) {
      const still = this.everything();
      if (still.length === 0) break;
      for (const one of still) signal(one, "SIGKILL");
      await passes(20);
    }
    this.board.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  #spawn(words: Words): ChildProcess {
    const home = join(this.dir, "home");
    const output = openSync(join(this.dir, "output"), "a");
    const [program, ...args] = words;
    const child = spawn(program!, args, {
      cwd: this.dir,
      detached: true,
      stdio: ["ignore", output, output],
      env: {
        PATH: process.env["PATH"],
        LANG: "C.UTF-8",
        HOME: home,
        XDG_STATE_HOME: `${home}/state`,
        XDG_CONFIG_HOME: `${home}/config`,
        XDG_DATA_HOME: `${home}/data`,
        DENO_DIR: process.env["DENO_DIR"] ??
          `${process.env["HOME"]}/.cache/deno`,
        PM2_HOME: `${home}/pm2`,
        PEER: String(this.#main?.pid ?? ""),
        [MARK]: this.dir,
        [RUN_MARK]: this.#run,
      },
    });
    child.on("error", () => {});
    closeSync(output);
    return child;
  }
}

/** How many processes of a whole run there are. */
export function countOfRun(run: string): number {
  return withEnvironment(`${RUN_MARK}=${run}`).filter(isAlive).length;
}

function commandOf(pid: number): readonly string[] {
  return text(`/proc/${pid}/cmdline`).split("\0");
}

function text(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function list(path: string, isDeep = false): readonly string[] {
  try {
    if (!isDeep) return readdirSync(path);
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}
