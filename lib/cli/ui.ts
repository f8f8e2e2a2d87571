/**
 * The printer of a command: data goes to stdout, talk to stderr, and colour only to terminals. All text for a
 * terminal passes here, and loses what the terminal would act upon; nothing else in the command line has to think of it.
 */
import { counted } from "../base/counted.ts";
import { messageOf, UserError } from "../base/user_error.ts";
import type { Output, Program } from "../host/ports/program.ts";
import { cutTo } from "./render/cut.ts";
import { type Painter, painter } from "./render/paint.ts";
import { printable } from "./render/printable.ts";
import { harmless, harmlessJson } from "./render/terminal_text.ts";

/** How much a command talks. */
export type Verbosity = "quiet" | "normal" | "verbose";

/** The way in which a command line wants to be answered. */
export interface UiOptions {
  readonly json: boolean;
  readonly noColor: boolean;
  readonly verbosity: Verbosity;
  /** Whether data goes to a terminal as it is. */
  readonly raw: boolean;
}

/** Commands for a screen that is drawn over. Each line is cleared as the next one takes its place, so that nothing flickers. */
const TO_BEGIN = "\x1b[H";
const CLEAR_REST_OF_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";
const CLEAR_LINE = `\r${CLEAR_REST_OF_LINE}`;

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
  /** Whether terminals obey: one of an editor shows every control as it is. */
  readonly #isDumb: boolean;
  #live = "";

  constructor(program: Pick<Program, "stdout" | "stderr" | "environment">, options: UiOptions) {
    this.#stdout = program.stdout;
    this.#stderr = program.stderr;
    this.json = options.json;
    this.verbosity = options.verbosity;
    this.#raw = options.raw;
    this.#isDumb = program.environment["TERM"] === "dumb";
    const isPlain = options.noColor || this.#isDumb || (program.environment["NO_COLOR"] ?? "") !== "";
    this.out = painter(!isPlain && program.stdout.isTerminal);
    this.err = painter(!isPlain && program.stderr.isTerminal);
  }

  /** Columns of the terminal that data goes to; Infinity where there is none: files and pipes get whole lines. */
  get columns(): number {
    return columnsOf(this.#stdout);
  }

  /** The same of where it talks to. */
  get talkColumns(): number {
    return columnsOf(this.#stderr);
  }

  /** Whether data that is printed may still reach somebody: a stream without an end ends when its reader is gone. */
  get isRead(): boolean {
    return this.#stdout.isRead;
  }

  /** Whether people watch, so that lines may be drawn over. */
  get isLive(): boolean {
    return this.#stderr.isTerminal && !this.#isDumb && this.verbosity !== "quiet" && !this.json;
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

  /** Prints data in the place of what is on the screen, as much as fits there; below it, where there is none. */
  async redraw(text: string): Promise<void> {
    if (!this.#stdout.isTerminal || this.#isDumb) return await this.print(text);
    const lines = fitting(this.shown(text).split("\n"), this.#stdout.rows - 1);
    const drawn = lines.map((line) => `${CLEAR_REST_OF_LINE}${line}`).join("\n");
    await this.#clearLive();
    await this.#stdout.write(`${TO_BEGIN}${drawn}\n${CLEAR_BELOW}`);
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

  /** Talks to the person who runs the command; not if it is to be quiet. It is no failure if that cannot be written. */
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

/** As many lines as there is room for; the last one tells of those that there is none for. */
function fitting(lines: readonly string[], room: number): readonly string[] {
  if (lines.length <= room) return lines;
  const shown = lines.slice(0, Math.max(0, room - 1));
  return [...shown, `... and ${counted(lines.length - shown.length, "more line")}`];
}

function columnsOf({ isTerminal, columns }: Output): number {
  return isTerminal ? columns : Infinity;
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
