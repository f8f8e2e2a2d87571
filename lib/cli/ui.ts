/** What a command prints with: data goes to stdout, talk to stderr, and colour only to terminals. */
import { messageOf, UserError } from "../base/user_error.ts";
import type { Output, Program } from "../host/ports/program.ts";
import { cutTo } from "./render/cut.ts";
import { type Painter, painter } from "./render/paint.ts";
import { printable } from "./render/printable.ts";

/** How much a command talks. */
export type Verbosity = "quiet" | "normal" | "verbose";

/** See the module. */
export class Ui {
  readonly json: boolean;
  readonly verbosity: Verbosity;
  /** Colours for stdout and stderr. */
  readonly out: Painter;
  readonly err: Painter;
  readonly #stdout: Output;
  readonly #stderr: Output;
  #live = "";

  constructor(program: Program, options: { json: boolean; noColor: boolean; verbosity: Verbosity }) {
    this.#stdout = program.stdout;
    this.#stderr = program.stderr;
    this.json = options.json;
    this.verbosity = options.verbosity;
    const isPlain = options.noColor || (program.environment["NO_COLOR"] ?? "") !== "";
    this.out = painter(!isPlain && program.stdout.isTerminal);
    this.err = painter(!isPlain && program.stderr.isTerminal);
  }

  /** Characters in a line of stdout. */
  get columns(): number {
    return this.#stdout.columns;
  }

  /** Whether data that is printed may still reach somebody: a stream without an end ends when its reader is gone. */
  get isRead(): boolean {
    return this.#stdout.isRead;
  }

  /** Whether people watch, so that lines may be drawn over. */
  get isLive(): boolean {
    return this.#stderr.isTerminal && this.verbosity !== "quiet" && !this.json;
  }

  /** Prints data. */
  async print(text: string): Promise<void> {
    await this.#clearLive();
    await this.#stdout.write(`${text}\n`);
  }

  /** Prints one JSON value on a line of its own. */
  async printJson(value: unknown): Promise<void> {
    await this.print(JSON.stringify(value));
  }

  /** Talks to whoever runs the command; not if it is to be quiet. It is no failure if that cannot be written. */
  async say(text: string): Promise<void> {
    if (this.verbosity === "quiet") return;
    await this.#clearLive();
    await this.#talk(`${text}\n`);
  }

  /** Shows what is being waited for, in a line that the next output takes the place of. Only for those who watch. */
  async live(text: string): Promise<void> {
    if (!this.isLive || text === this.#live) return;
    this.#live = text;
    await this.#talk(`\r\x1b[K${cutTo(printable(text), this.#stderr.columns - 1)}`);
  }

  /**
   * Prints an error: on stderr for people, and on stdout for programs if they asked for JSON. That nothing can be printed
   * may be the very error.
   */
  async fail(error: unknown): Promise<void> {
    if (this.json) await this.printJson({ error: errorFields(error) }).catch(() => {});
    await this.complain(error);
  }

  /** Prints an error for people alone. */
  async complain(error: unknown): Promise<void> {
    await this.#clearLive();
    await this.#talk(`${describeError(error, this.err)}\n`);
  }

  async #clearLive(): Promise<void> {
    if (this.#live === "") return;
    this.#live = "";
    await this.#talk("\r\x1b[K");
  }

  async #talk(text: string): Promise<void> {
    await this.#stderr.write(text).catch(() => {});
  }
}

function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof UserError)) return { name: "internal", message: messageOf(error), hint: null };
  const { code, message, hint, details } = error;
  return { name: code, message, hint, ...details };
}

function describeError(error: unknown, paint: Painter): string {
  if (!(error instanceof UserError)) {
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    return `${paint.red("error")}: ${text}\n${paint.cyan("hint")}: this is a bug in supervise`;
  }
  const head = `${paint.red("error")}[${error.code}]: ${error.message}`;
  return error.hint === null ? head : `${head}\n${paint.cyan("hint")}: ${error.hint}`;
}
