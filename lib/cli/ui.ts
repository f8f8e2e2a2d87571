/**
 * What a command prints with: data goes to stdout, talk to stderr, and colour only to terminals. Whatever is written to a
 * terminal passes here, and loses what the terminal would act upon; nothing else in the command line has to think of it.
 */
import { messageOf, UserError } from "../base/user_error.ts";
import type { Output, Program } from "../host/ports/program.ts";
import { cutTo } from "./render/cut.ts";
import { type Painter, painter } from "./render/paint.ts";
import { printable } from "./render/printable.ts";
import { harmless, harmlessJson } from "./render/terminal_text.ts";

/** How much a command talks. */
export type Verbosity = "quiet" | "normal" | "verbose";

/** What a command line says of how it wants to be answered. */
export interface UiOptions {
  readonly json: boolean;
  readonly noColor: boolean;
  readonly verbosity: Verbosity;
  /** Whether data goes to a terminal as it is. */
  readonly raw: boolean;
}

/** Begins a screen anew. */
const CLEAR_SCREEN = "\x1b[H\x1b[2J";
const CLEAR_LINE = "\r\x1b[K";

/** See the module. */
export class Ui {
  readonly json: boolean;
  readonly verbosity: Verbosity;
  /** Colours for stdout and stderr. */
  readonly out: Painter;
  readonly err: Painter;
  readonly #stdout: Output;
  readonly #stderr: Output;
  readonly #raw: boolean;
  #live = "";

  constructor(program: Pick<Program, "stdout" | "stderr" | "environment">, options: UiOptions) {
    this.#stdout = program.stdout;
    this.#stderr = program.stderr;
    this.json = options.json;
    this.verbosity = options.verbosity;
    this.#raw = options.raw;
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
    await this.#print(this.shown(text));
  }

  /** Prints what somebody else has said on stderr, there. */
  async relay(text: string): Promise<void> {
    await this.#clearLive();
    const shown = this.#stderr.isTerminal && !this.#raw ? harmless(text, this.err.isOn) : text;
    await this.#talk(`${shown}\n`);
  }

  /** Prints data in the place of what is on the screen; below it, where there is none. */
  async redraw(text: string): Promise<void> {
    await this.#print(`${this.out.isOn ? CLEAR_SCREEN : ""}${this.shown(text)}`);
  }

  /** Prints JSON values, each on a line of its own, or on several if it is to be indented. */
  async printJson(values: readonly unknown[], indent = 0): Promise<void> {
    const text = values.map((value) => JSON.stringify(value, null, indent)).join("\n");
    await this.#print(this.#stdout.isTerminal ? harmlessJson(text) : text);
  }

  /** A text as `print` shows it, for those who go on after it in the same line. */
  shown(text: string): string {
    return this.#stdout.isTerminal && !this.#raw ? harmless(text, this.out.isOn) : text;
  }

  /** Talks to whoever runs the command; not if it is to be quiet. It is no failure if that cannot be written. */
  async say(text: string): Promise<void> {
    if (this.verbosity === "quiet") return;
    await this.#clearLive();
    await this.#talk(this.#told(text));
  }

  /** Shows what is being waited for, in a line that the next output takes the place of. Only for those who watch. */
  async live(text: string): Promise<void> {
    if (!this.isLive || text === this.#live) return;
    this.#live = text;
    await this.#talk(`${CLEAR_LINE}${cutTo(printable(text), this.#stderr.columns - 1)}`);
  }

  /**
   * Prints an error: on stderr for people, and on stdout for programs if they asked for JSON. That nothing can be printed
   * may be the very error.
   */
  async fail(error: unknown): Promise<void> {
    if (this.json) await this.printJson([{ error: errorFields(error) }]).catch(() => {});
    await this.complain(error);
  }

  /** Prints an error for people alone. */
  async complain(error: unknown): Promise<void> {
    await this.#clearLive();
    await this.#talk(this.#told(describeError(error, this.err, this.verbosity === "verbose")));
  }

  async #clearLive(): Promise<void> {
    if (this.#live === "") return;
    this.#live = "";
    await this.#talk(CLEAR_LINE);
  }

  async #print(text: string): Promise<void> {
    await this.#clearLive();
    await this.#stdout.write(`${text}\n`);
  }

  #told(text: string): string {
    return `${this.#stderr.isTerminal ? harmless(text, this.err.isOn) : text}\n`;
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

function describeError(error: unknown, paint: Painter, isVerbose: boolean): string {
  if (!(error instanceof UserError)) {
    const text = error instanceof Error ? error.stack ?? error.message : messageOf(error);
    return `${paint.red("error")}: ${printableLines(text)}\n${
      paint.cyan("hint")
    }: this is a bug in supervise`;
  }
  const head = `${paint.red("error")}[${error.code}]: ${printableLines(error.message)}`;
  const hints = [error.hint, isVerbose ? `\`supervise help ${error.code}\` says more` : null];
  const lines = hints.flatMap((hint) =>
    hint === null ? [] : [`${paint.cyan("hint")}: ${printableLines(hint)}`]
  );
  return [head, ...lines].join("\n");
}

/** Names in messages are strangers', too, and have no colours. */
function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}
