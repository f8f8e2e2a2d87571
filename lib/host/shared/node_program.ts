import { isUtf8 } from "../../base/raw_text.ts";
import type { Signal } from "../../base/signals.ts";
import { UserError } from "../../base/user_error.ts";
import { readOpenFilesLimit } from "../linux/proc.ts";
import type { Output, Program } from "../ports/program.ts";
import { ACTOR_VERB } from "./actor_verb.ts";
import { ignoredAtStart } from "./ignored_at_start.ts";
import { closeInspector, openInspector } from "./inspector.ts";
import { nodeFs, nodeOs, nodeTty } from "./lazy_node.ts";
import { onExit } from "./on_exit.ts";
import { openOutput } from "./output.ts";
import { ownEnvironment } from "./own_environment.ts";
import { isDeno } from "./runtime.ts";
import { SCRIPT_VERB } from "./script_verb.ts";
import { readLine } from "./read_line.ts";
import { selfCommandOf } from "./self_command.ts";
import { onUncaught } from "./uncaught.ts";

/** How this program is to be shown. */
export interface ProgramOptions {
  /** Whether it is a command, most of which listen for no signal: then it is looked up at need which of them were ignored. */
  readonly isCommand?: boolean;
}

/** This program, as both runtimes show it. */
export function nodeProgram({ isCommand = false }: ProgramOptions = {}): Program {
  const selfCommand = selfCommandOf();
  if (isDeno || !isCommand) keepIgnored();
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
    get stdout() {
      return stdout ??= openOutput(1);
    },
    get stderr() {
      return stderr ??= openOutput(2);
    },
    get canAsk() {
      return nodeTty().isatty(0) && nodeTty().isatty(2);
    },
    readLine,
    onSignal(signal, callback, { evenIfIgnored } = { evenIfIgnored: false }) {
      const isIgnored = ignoredAtStart().has(signal);
      if (isIgnored && !evenIfIgnored) return () => {};
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
    get temporaryFolder() {
      return nodeOs().tmpdir();
    },
    openInspector,
    closeInspector,
    exit: (code) => process.exit(code),
  };
}

/** None of the signals that were ignored when this program was started is taken by the runtime from now on. */
function keepIgnored(): void {
  const ignored = ignoredAtStart();
  // Deno takes these signals half a second after its start, and dies of them.
  const taken = !isDeno ? [] : (["SIGHUP", "SIGINT", "SIGTERM"] as const).filter((name) => ignored.has(name));
  for (const signal of taken) process.on(signal, () => {});
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
    return isUtf8(nodeFs().readlinkSync("/proc/self/cwd", "buffer"));
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

/** A user by number alone, as containers have them, is in no list of users: the root folder is home then. */
function homeFolder(): string {
  try {
    return nodeOs().userInfo().homedir;
  } catch {
    return "/";
  }
}
