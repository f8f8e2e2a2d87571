/** A program of a test's own that uses the library, in a process on the present runtime. */
import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { LIBRARY, RUN } from "./built.ts";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** How a script ended. */
export interface ScriptEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** What it printed that nobody asked for. */
  readonly rest: readonly string[];
  readonly stderr: string;
}

/** See the module. */
export class Script {
  /** Resolves when something has come on its standard error stream. */
  readonly complained: Promise<void>;
  readonly #folder = mkdtempSync(join(tmpdir(), "supervise-script-"));
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string, undefined>;
  readonly #closed: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  #stderr = "";

  /**
   * @param code In which `"supervise"` is the library.
   * @param options.before A program, and its arguments, that becomes the script.
   */
  constructor(code: string, options: { readonly before?: readonly string[] } = {}) {
    const file = join(this.#folder, "script.ts");
    writeFileSync(file, code.replaceAll('"supervise"', JSON.stringify(LIBRARY)));
    const [command, ...rest] = [...options.before ?? [], ...RUN, file];
    this.#child = spawn(command!, rest, { cwd: ROOT, env: { ...process.env, NO_COLOR: "1" } });
    this.complained = new Promise((resolve) =>
      this.#child.stderr.on("data", (bytes) => {
        this.#stderr += String(bytes);
        resolve();
      })
    );
    this.#closed = new Promise((resolve) =>
      this.#child.on("close", (code, signal) => resolve({ code, signal }))
    );
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]() as AsyncIterator<
      string,
      undefined
    >;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Waits for the next line of its output. */
  async line(): Promise<string | undefined> {
    return (await this.#lines.next()).value;
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Waits until what came on its standard error stream matches; fails if it ends before. */
  async complaint(pattern: RegExp): Promise<RegExpExecArray> {
    const ended = this.#closed.then(() => true);
    while (true) {
      const match = pattern.exec(this.#stderr);
      if (match !== null) return match;
      const more = new Promise<false>((resolve) => this.#child.stderr.once("data", () => resolve(false)));
      const isOver = await Promise.race([more, ended]);
      if (isOver) assert.fail(`it has ended, and did not say ${pattern}, but:\n${this.#stderr}`);
    }
  }

  /** Waits for its end. */
  async end(): Promise<ScriptEnd> {
    const rest: string[] = [];
    for (let line = await this.line(); line !== undefined; line = await this.line()) rest.push(line);
    const { code, signal } = await this.#closed;
    rmSync(this.#folder, { recursive: true });
    return { code, signal, rest, stderr: this.#stderr };
  }
}
