/** The port to this very program: how it was called, what it prints to, and how it is told to stop. */
import type { Signal } from "../../base/signals.ts";

/** Something that people or other programs read. */
export interface Output {
  /** Whether it is a terminal. */
  readonly isTerminal: boolean;
  /** Whether it is a pipe, which another program reads. */
  readonly isPipe: boolean;
  /** Characters that fit into a line of the terminal; 80 where there is none. */
  readonly columns: number;
  /** Lines that fit onto the terminal; 24 where there is none. */
  readonly rows: number;
  /** Whether anybody may still read it; known to be false only after a write has found the reader gone. */
  readonly isRead: boolean;
  /**
   * Writes text; resolves when it is on its way. A reader that has gone away is not an error.
   *
   * @throws {UserError} `output/not-writable`
   */
  write(text: string): Promise<void>;
}

/** The words of a program about an error that nobody has caught, and how the program ends then. */
export interface LastWords {
  /** For the standard error stream; nothing if empty. */
  readonly text: string;
  readonly exitCode: number;
}

/** See the module. */
export interface Program {
  /** Arguments, without the program. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The working folder. @throws {UserError} `program/no-folder` if it was deleted, `program/folder-not-utf8` */
  readonly cwd: string;
  readonly uid: number;
  readonly pid: number;
  /** The user's home folder as the system knows it, whatever the environment says. */
  readonly homeFolder: string;
  /** Program and first arguments with which this program starts itself again. */
  readonly selfCommand: readonly string[];
  /** Program and first arguments that run a TypeScript program. */
  readonly scriptCommand: readonly string[];
  /** Program and first arguments that run a module actor, whose path follows them. */
  readonly actorCommand: readonly string[];
  /** Name and version of the runtime. */
  readonly runtime: string;
  /** The soft limit of open files that the caller had; null if it cannot be told. */
  readonly callersOpenFilesLimit: number | null;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Whether somebody can be asked: standard input and standard error are a terminal. */
  readonly canAsk: boolean;
  /** Waits for a line that somebody types, while nothing else in this program goes on; null at the end of the input. */
  readLine(): string | null;
  /**
   * Calls back at each signal instead of dying of it; returns how to stop that. A signal that was ignored when this program
   * was started stays ignored, as `nohup` and shells want it of what they put into the background, unless `options` say
   * that somebody has asked for this very signal.
   */
  onSignal(signal: Signal, callback: () => void, options?: { readonly evenIfIgnored: boolean }): () => void;
  /** Whether anything in this program is called back at a signal. */
  listensTo(signal: Signal): boolean;
  /** How many callbacks {@linkcode onSignal} has at a signal. */
  callbacksAt(signal: Signal): number;
  /** Sends a signal to this very program. */
  raise(signal: Signal): void;
  /**
   * Calls back once when this program ends by itself, or of an error that nobody catches, for what needs no waiting; returns
   * how to stop that.
   */
  onExit(callback: () => void): () => void;
  /**
   * Asks `explain` what to say of an error that nobody has caught, and ends this program so; null leaves that to who asked
   * before, or to the runtime's words. Nothing is asked if the code of the program itself listens for such errors. Returns how
   * to stop that.
   */
  onUncaught(explain: (error: unknown) => LastWords | null): () => void;
  /** A folder for files that are soon gone. */
  readonly temporaryFolder: string;
  /**
   * Opens the inspector of the runtime on a free port of 127.0.0.1, or finds it open.
   *
   * @returns The address for a debugger, `ws://` and so on. A process that knows it can do anything that this program can.
   * @throws {UserError} `debug/not-available`
   */
  openInspector(): string;
  /** Closes the inspector, and with it the connections of debuggers. Nothing if it is not open. */
  closeInspector(): void;
  /** Ends this program. */
  exit(code: number): never;
}
