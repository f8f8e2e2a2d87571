/** Tries the tests of the core on a copy of the repository in which the core has a fault. */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { mutated, type Mutation } from "./mutations.ts";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** What the tests of the core need. */
const COPIED = [
  "lib",
  "tests/supervision",
  "tests/config",
  "tests/harness",
  "tests/mutation",
  "package.json",
  "bunfig.toml",
  "tsconfig.json",
];

/**
 * A fault may make the core loop for ever, or fill the memory, or wait for what never comes. A loop is known by the time of
 * the processor that it takes, because the clock on the wall goes on while others have the machine.
 */
const LIMIT_OF_PROCESSOR_MS = 120_000;
const LIMIT_MS = 900_000;
const LIMIT_BYTES = 1_500_000_000;
const LOOK_EVERY_MS = 250;

/** Which tests to run: some files, those whose names match, and with how many seeds. */
export interface Selection {
  readonly files: readonly string[];
  readonly pattern?: string;
  readonly seeds: number;
}

/** The names of the tests that have failed, or why none could be told; none if all have passed. */
export type Verdict = readonly string[];

/** A copy of the repository. */
export class Trial {
  readonly #folder: string;

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), "supervise-mutants-"));
    for (const path of COPIED) {
      mkdirSync(dirname(join(this.#folder, path)), { recursive: true });
      cpSync(join(ROOT, path), join(this.#folder, path), { recursive: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(this.#folder, "node_modules"));
  }

  /** Runs tests with a fault, or with none. */
  async run(mutation: Mutation | null, selection: Selection): Promise<Verdict> {
    if (mutation === null) return await this.#test(selection);
    const file = join(this.#folder, mutation.file);
    const text = readFileSync(file, "utf8");
    writeFileSync(file, mutated(mutation, text));
    try {
      return await this.#test(selection);
    } finally {
      writeFileSync(file, text);
    }
  }

  end(): void {
    rmSync(this.#folder, { recursive: true });
  }

  async #test({ files, pattern, seeds }: Selection): Promise<Verdict> {
    const named = pattern === undefined ? [] : ["--test-name-pattern", pattern];
    const { ok, output } = await outcomeOf(["test", ...files, ...named], this.#folder, {
      SEEDS: String(seeds),
    });
    if (ok) return [];
    const failed = [...output.matchAll(/^\(fail\) (.*?)(?: \[[\d.]+m?s\])?$/gm)].map(([, name]) => name!);
    return failed.length > 0 ? [...new Set(failed)] : [output.trim().split("\n").at(-1) ?? "no output"];
  }
}

function outcomeOf(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly ok: boolean; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(join(ROOT, "node_modules/.bin/bun"), args, {
      cwd,
      env: { ...process.env, ...env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => output = (output + text).slice(-1_000_000));
    }
    const end = (why: string) => {
      output += `\n${why}`;
      child.kill("SIGKILL");
    };
    const limit = setTimeout(() => end(`not over after ${LIMIT_MS / 1_000} s`), LIMIT_MS);
    const look = setInterval(() => {
      if (residentBytes(child.pid) > LIMIT_BYTES) end(`more than ${LIMIT_BYTES / 1e6} MB of memory`);
      if (processorMs(child.pid) > LIMIT_OF_PROCESSOR_MS) {
        end(`not over after ${LIMIT_OF_PROCESSOR_MS / 1_000} s of the processor`);
      }
    }, LOOK_EVERY_MS);
    child.once("error", (error) => end(error.message));
    child.once("close", (code) => {
      clearTimeout(limit);
      clearInterval(look);
      resolve({ ok: code === 0, output });
    });
  });
}

/** The memory that a process has; 0 where nobody tells, or when it has ended. */
function residentBytes(pid: number | undefined): number {
  try {
    const [, pages] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
    return Number(pages) * 4_096;
  } catch {
    return 0;
  }
}

/** Linux counts the time of processes in hundredths of a second, whatever the machine. */
const MS_PER_TICK = 10;

/** The time that a process has had of the processor; 0 where nobody tells, or when it has ended. */
function processorMs(pid: number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name of the program, in parentheses, may hold anything; its own time is in the 12th and 13th field after that.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  } catch {
    return 0;
  }
}
