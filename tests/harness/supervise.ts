/**
 * The program under test, as its users meet it: the compiled binary, or the sources on Bun or on Deno, whichever the
 * runner names. Every tree lives in a folder of its own, and every test ends with a look at the process table.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { IS_BUILT } from "./built.ts";
import { noteReplay } from "./replays.ts";
import { isInstalled } from "./installed.ts";
import { skip, test } from "./test.ts";
import { until, untilGiven } from "./until.ts";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The folder of a program's files on Deno, and how their names end. */
const [ON_DENO, EXTENSION] = IS_BUILT ? [`${ROOT}/dist/js`, "js"] : [ROOT, "ts"];
const DENO = [process.execPath, "run", "--allow-all", "--config", `${ON_DENO}/deno.json`];

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  binary: [`${ROOT}/dist/supervise`],
  bun: [process.execPath, `${ROOT}/cli.ts`],
  deno: [...DENO, `${ON_DENO}/cli.${EXTENSION}`],
};

/** The program that suffers what a test orders (`tests/torture/fault`), built as each of them is. */
const FAULTY = "tests/torture/program.ts";
const FAULTY_COMMANDS: Readonly<Record<string, readonly string[]>> = {
  binary: [`${ROOT}/dist/supervise-faulty`],
  bun: [process.execPath, `${ROOT}/${FAULTY}`],
  deno: [...DENO, IS_BUILT ? `${ON_DENO}-torture/program.js` : `${ROOT}/${FAULTY}`],
};

/** Which of them is under test. */
export const UNDER_TEST = process.env["SUPERVISE_UNDER_TEST"] ?? ("Deno" in globalThis ? "deno" : "bun");

/** Program and first arguments of what is under test. */
export const SUPERVISE = COMMANDS[UNDER_TEST]!;

/** Program and first arguments of what suffers orders. */
export const FAULTY_SUPERVISE = FAULTY_COMMANDS[UNDER_TEST]!;

/** What a command came to. */
export interface Done {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Running {
  readonly pid: number;
  readonly done: Promise<Done>;
  /** Resolves when a line of either stream matches; rejects if the command ends before. */
  line(pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
}

/** A folder with a configuration, and the commands run in it. */
export class Sandbox {
  readonly dir: string;
  /** A mark in the environment of everything that is started in here. */
  readonly mark: string;
  readonly #running = new Set<ChildProcess>();

  constructor() {
    this.dir = mkdtempSync(join(tmpdir(), "supervise-e2e-"));
    this.mark = `e2e-${process.pid}-${this.dir.split("-").at(-1)}`;
  }

  /** Writes a file; its folder is made. */
  write(name: string, text: string, mode = 0o644): string {
    const path = join(this.dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode });
    return path;
  }

  /** Writes the configuration. */
  config(text: string): void {
    this.write("supervise.toml", text);
  }

  read(name: string): string {
    return readFileSync(join(this.dir, name), "utf8");
  }

  /** Starts a command of supervise. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    return this.run([...SUPERVISE, ...args], env);
  }

  /** Runs a command of supervise to its end. */
  async supervise(...args: readonly string[]): Promise<Done> {
    return await this.start(args).done;
  }

  /** Runs a command that is to succeed, and reads the JSON that it prints. */
  // deno-lint-ignore no-explicit-any
  async json(...args: readonly string[]): Promise<any> {
    const done = await this.supervise(...args, "--json");
    assert.equal(done.code, 0, `${args.join(" ")}: ${done.stdout}${done.stderr}`);
    return JSON.parse(done.stdout);
  }

  /** The row of one actor. */
  // deno-lint-ignore no-explicit-any
  async row(path: string): Promise<any> {
    return (await this.json("status", path)).actors[0];
  }

  /** Starts any program in the folder. */
  run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    const child = spawn(argv[0]!, argv.slice(1), {
      cwd: this.dir,
      env: {
        ...process.env,
        XDG_STATE_HOME: `${this.dir}/state`,
        NO_COLOR: "1",
        E2E_MARK: this.mark,
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#running.add(child);
    return watch(child, () => this.#running.delete(child));
  }

  /** Processes that were started in here and have not ended. */
  left(): readonly string[] {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
      try {
        const environ = readFileSync(`/proc/${pid}/environ`, "utf8");
        if (!environ.split("\0").includes(`E2E_MARK=${this.mark}`)) return [];
        return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")}`];
      } catch {
        return [];
      }
    });
  }

  /** Returns when the tree does not run any more. */
  async untilDown(): Promise<void> {
    await until("the tree is down", async () => (await this.supervise("ps")).code === 3);
  }

  /** Returns when the tree answers. */
  async untilUp(): Promise<void> {
    await until("the tree answers", async () => (await this.supervise("ps")).code === 0);
  }

  /** The row of one actor, once it is as wanted. */
  // deno-lint-ignore no-explicit-any
  async rowWhen(path: string, isWanted: (row: any) => boolean): Promise<any> {
    return await untilGiven(`${path} is as wanted`, async () => {
      const row = await this.row(path);
      return isWanted(row) ? row : null;
    });
  }

  /** Asserts that nothing that was started in here is left; what is on its last step may take it. */
  async assertNoneLeft(): Promise<void> {
    await until("nothing is left", () => this.left().length === 0).catch(() => {});
    assert.deepEqual(this.left(), [], "processes are left");
  }

  /** Ends what a failed test left, by pid; a test that passed has left nothing. */
  async dispose(): Promise<void> {
    for (const child of this.#running) child.kill("SIGKILL");
    for (const line of this.left()) {
      try {
        process.kill(Number(line.split(" ")[0]), "SIGKILL");
      } catch {
        // It has ended meanwhile.
      }
    }
    await Promise.all(
      [...this.#running].map((child) => new Promise((resolve) => child.once("close", resolve))),
    );
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/**
 * Registers a test with a sandbox of its own, which at its end proves that no process is left.
 *
 * @param needs Programs by name or path without which the test cannot run.
 */
export function e2e(
  name: string,
  body: (sandbox: Sandbox) => Promise<void>,
  needs: readonly string[] = [],
): void {
  const title = `${name} [${UNDER_TEST}]`;
  const missing = needs.filter((program) => !isInstalled(program));
  if (missing.length > 0) return skip(title, `${missing.join(", ")} not installed`);
  test(title, async () => {
    const sandbox = new Sandbox();
    try {
      await body(sandbox);
      await sandbox.assertNoneLeft();
      await noteReplay(title, sandbox);
    } finally {
      await sandbox.dispose();
    }
  });
}

function watch(child: ChildProcess, onDone: () => void): Running {
  const text = { stdout: "", stderr: "" };
  const waiting = new Set<() => void>();
  let ended = false;
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream]!.setEncoding("utf8").on("data", (chunk: string) => {
      text[stream] += chunk;
      for (const look of waiting) look();
    });
  }
  const done = new Promise<Done>((resolve) => {
    child.once("close", (code, signal) => {
      ended = true;
      onDone();
      resolve({ code, signal, ...text });
      for (const look of waiting) look();
    });
  });
  const find = (pattern: RegExp) =>
    `${text.stdout}\n${text.stderr}`.split("\n").find((line) => pattern.test(line));
  return {
    pid: child.pid!,
    done,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = find(pattern);
          if (found === undefined && !ended) return;
          waiting.delete(look);
          if (found !== undefined) resolve(found);
          else reject(new Error(`ended before ${pattern}: ${text.stdout}${text.stderr}`));
        };
        waiting.add(look);
        look();
      }),
    // Not child.kill: Deno takes a process that was sent a signal once for dead.
    kill: (signal) => process.kill(child.pid!, signal),
  };
}
