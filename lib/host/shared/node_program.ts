import { fstatSync, readlinkSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { isUtf8 } from "../../base/raw_text.ts";
import type { Signal } from "../../base/signals.ts";
import { UserError } from "../../base/user_error.ts";
import { readIgnoredSignals, readOpenFilesLimit } from "../linux/proc.ts";
import type { Output, Program } from "../ports/program.ts";
import { ACTOR_VERB } from "./actor_verb.ts";
import { closeInspector, openInspector } from "./inspector.ts";
import { ownEnvironment } from "./own_environment.ts";
import { isDeno } from "./runtime.ts";
import { SCRIPT_VERB } from "./script_verb.ts";
import { selfCommandOf } from "./self_command.ts";
import { onUncaught } from "./uncaught.ts";

/** Characters in a line where that cannot be told. */
const COLUMNS = 80;

/** This program, as both runtimes show it. */
export function nodeProgram(): Program {
  const selfCommand = selfCommandOf();
  const ignored = keepIgnored();
  let stdout: Output | null = null;
  let stderr: Output | null = null;
  let callersOpenFilesLimit: number | null = null;
  const callbacks = new Map<Signal, Set<() => void>>();
  return {
    args: process.argv.slice(2),
    environment: ownEnvironment(),
    get cwd() {
      return workingFolder();
    },
    uid: process.getuid!(),
    pid: process.pid,
    get homeFolder() {
      return homeFolder();
    },
    selfCommand,
    scriptCommand: isDeno ? [process.execPath, "run", "--allow-all"] : [...selfCommand, SCRIPT_VERB],
    actorCommand: [...selfCommand, ACTOR_VERB],
    runtime: isDeno ? `Deno ${process.versions["deno"]}` : `Bun ${process.versions["bun"]}`,
    get callersOpenFilesLimit() {
      return callersOpenFilesLimit ??= readOpenFilesLimit(process.ppid);
    },
    // A stream costs a millisecond of a start, and not every process prints.
    get stdout() {
      return stdout ??= outputOf(process.stdout, 1, "standard output");
    },
    get stderr() {
      return stderr ??= outputOf(process.stderr, 2, "standard error");
    },
    onSignal(signal, callback, { evenIfIgnored } = { evenIfIgnored: false }) {
      if (ignored.has(signal) && !evenIfIgnored) return () => {};
      // A callback of its own for each call: the same may be given twice, and undone once.
      const tell = () => callback();
      process.on(signal, tell);
      callbacks.set(signal, (callbacks.get(signal) ?? new Set()).add(tell));
      return () => {
        process.off(signal, tell);
        callbacks.get(signal)!.delete(tell);
      };
    },
    listensTo: (signal) => process.listenerCount(signal) > 0,
    callbacksAt: (signal) => callbacks.get(signal)?.size ?? 0,
    raise: (signal) => process.kill(process.pid, signal),
    onExit,
    onUncaught,
    temporaryFolder: tmpdir(),
    openInspector,
    closeInspector,
    exit: (code) => process.exit(code),
  };
}

/** The signals that were ignored when this program was started; none of them is taken by the runtime from now on. */
function keepIgnored(): ReadonlySet<Signal> {
  const ignored = new Set(readIgnoredSignals(process.pid));
  // Deno takes these signals half a second after its start, and dies of them.
  const taken = isDeno ? (["SIGHUP", "SIGINT", "SIGTERM"] as const).filter((name) => ignored.has(name)) : [];
  for (const signal of taken) process.on(signal, () => {});
  return ignored;
}

/**
 * Bun changes bytes that are no UTF-8 in the name, which is that of another folder then, and Deno has no name for it.
 *
 * @throws {UserError} `program/no-folder`, `program/folder-not-utf8`
 */
function workingFolder(): string {
  try {
    const folder = process.cwd();
    if (!folder.includes("\ufffd") || isFolderUtf8()) return folder;
  } catch (error) {
    if (!isFolderUtf8()) throw folderNotUtf8();
    throw new UserError("program/no-folder", "The folder that this command was started in has been deleted", {
      hint: "go to one that is there (cd), or, if it was made again, into it anew (cd .)",
      cause: error,
    });
  }
  throw folderNotUtf8();
}

function isFolderUtf8(): boolean {
  try {
    return isUtf8(readlinkSync("/proc/self/cwd", "buffer"));
  } catch (error) {
    // Deno has no code for what is no text.
    return (error as NodeJS.ErrnoException).code !== undefined;
  }
}

function folderNotUtf8(): UserError {
  return new UserError(
    "program/folder-not-utf8",
    "The name of the folder that this command was started in is not UTF-8",
    { hint: "rename it, or go to it through a link and name the file by that (-f)" },
  );
}

function onExit(callback: () => void): () => void {
  let isTold = false;
  const tell = () => {
    if (!isTold) callback();
    isTold = true;
  };
  // Deno does not say that a program exits whose error nobody has caught.
  const tellOfError = () => {
    if (process.listenerCount("uncaughtException") === 0) tell();
  };
  process.on("exit", tell);
  process.on("uncaughtExceptionMonitor", tellOfError);
  return () => {
    process.off("exit", tell);
    process.off("uncaughtExceptionMonitor", tellOfError);
  };
}

/** A user by number alone, as containers have them, is in no list of users: the root folder is home then. */
function homeFolder(): string {
  try {
    return userInfo().homedir;
  } catch {
    return "/";
  }
}

function outputOf(stream: NodeJS.WriteStream, number: 1 | 2, name: string): Output {
  /** Why nothing more can be written; later errors only say that an earlier one was. */
  let broken: Error | null = null;
  const write = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const settle = (error: Error | null | undefined) => {
        if (error) broken ??= error;
        if (broken === null || isReaderGone(broken)) resolve();
        else reject(notWritable(name, broken));
      };
      if (broken !== null) return settle(broken);
      try {
        stream.write(text, settle);
      } catch (error) {
        // Deno throws what other runtimes hand to the callback.
        settle(error as Error);
      }
    });
  // The same errors are events, too.
  stream.on("error", () => {});
  return {
    get isTerminal() {
      return stream.isTTY === true;
    },
    get isPipe() {
      return isPipe(number);
    },
    get columns() {
      // A terminal whose size nobody has set says 0.
      return stream.columns || COLUMNS;
    },
    get isRead() {
      return broken === null || !isReaderGone(broken);
    },
    write,
  };
}

function isPipe(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFIFO();
  } catch {
    return false;
  }
}

/** Whether it is no error but the way in which `supervise logs | head` ends. */
function isReaderGone(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === "EPIPE";
}

function notWritable(name: string, error: Error): UserError {
  return new UserError("output/not-writable", `Cannot write to ${name}: ${error.message}`, {
    hint: "what could not be written is lost: make room for it, or send it elsewhere",
    cause: error,
  });
}
