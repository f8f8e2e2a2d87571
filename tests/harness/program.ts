import type { Signal } from "../../lib/base/signals.ts";
import { UserError } from "../../lib/base/user_error.ts";
import type { LastWords, Output, Program } from "../../lib/host/ports/program.ts";

/** A program that is told of signals by the test, and writes down what it does. */
export class FakeProgram implements Program {
  readonly args: readonly string[] = [];
  readonly environment: Readonly<Record<string, string>> = {};
  readonly cwd = "/";
  readonly uid = 1_000;
  readonly pid = 1;
  readonly homeFolder = "/home";
  readonly selfCommand: readonly string[] = [];
  readonly scriptCommand: readonly string[] = [];
  readonly actorCommand: readonly string[] = [];
  readonly runtime = "none";
  readonly callersOpenFilesLimit = null;
  readonly temporaryFolder = "/tmp";
  readonly stdout: Output = this.#output();
  readonly stderr: Output = this.#output();
  /** All that was written, on either stream. */
  written = "";
  /** The codes that it was ended with. */
  readonly exits: number[] = [];
  /** The signals that it sent to itself. */
  readonly raised: Signal[] = [];
  /** The signals that it was started with as ignored. */
  readonly ignored = new Set<Signal>();
  /** Who is asked about errors that nobody catches. */
  readonly explainers: ((error: unknown) => LastWords | null)[] = [];
  readonly #listeners = new Map<Signal, Set<() => void>>();

  /** A signal comes; whether anybody was told. */
  signal(signal: Signal): boolean {
    const listeners = [...this.#listeners.get(signal) ?? []];
    for (const listener of listeners) listener();
    return listeners.length > 0;
  }

  readonly canAsk = false;

  readLine(): string | null {
    return null;
  }

  onExit(): () => void {
    return () => {};
  }

  onSignal(
    signal: Signal,
    callback: () => void,
    { evenIfIgnored } = { evenIfIgnored: false },
  ): () => void {
    if (this.ignored.has(signal) && !evenIfIgnored) return () => {};
    const listeners = this.#listeners.get(signal) ?? new Set();
    this.#listeners.set(signal, listeners.add(callback));
    return () => listeners.delete(callback);
  }

  listensTo(signal: Signal): boolean {
    return (this.#listeners.get(signal)?.size ?? 0) > 0;
  }

  callbacksAt(signal: Signal): number {
    return this.#listeners.get(signal)?.size ?? 0;
  }

  onUncaught(explain: (error: unknown) => LastWords | null): () => void {
    this.explainers.push(explain);
    return () => {};
  }

  raise(signal: Signal): void {
    this.raised.push(signal);
    this.signal(signal);
  }

  openInspector(): string {
    throw new UserError("debug/not-available", "There is no inspector");
  }

  closeInspector(): void {}

  exit(code: number): never {
    this.exits.push(code);
    return undefined as never;
  }

  #output(): Output {
    return {
      isTerminal: false,
      isRead: true,
      isPipe: false,
      columns: 80,
      rows: 24,
      write: (text) => {
        this.written += text;
        return Promise.resolve();
      },
    };
  }
}
