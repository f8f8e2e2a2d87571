import { UserError } from "../base/user_error.ts";
import { ExitCode } from "../base/exit_code.ts";
import { baseName, folderOf } from "../base/posix_path.ts";
import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";

/**
 * Which tree it is: its user and the real path of its file, whatever the shell's environment says. Everything that a tree
 * holds or leaves on the machine is named after that.
 */
export interface TreeId {
  readonly uid: number;
  /** Real path of the file. */
  readonly file: string;
  /** Twelve hexadecimal digits. */
  readonly id: string;
  /** Folder for the socket and what is known of the tree; it goes with the machine's next boot at the latest. */
  readonly runFolder: string;
  readonly socket: string;
  /** Where commands find the guardian of a tree whose supervisor is dead. */
  readonly door: string;
  /** How processes have ended that the guardian has reaped. */
  readonly deaths: string;
  /** File with the key of the tree's marks (`tree_key.ts`). */
  readonly key: string;
  /** Where its logs are, and a copy of the key; null where that is not known. */
  readonly stateFolder: string | null;
  /** File with a {@linkcode TreeRecord}. */
  readonly record: string;
  /** Name that the kernel lets one process hold at a time: who holds it is the tree's supervisor. */
  readonly lock: string;
}

const ID_DIGITS = 12;

/** What to do if a folder for sockets cannot be made. */
export const SOCKETS_HINT = "supervise keeps its sockets there; make the folder above it writable";

/** The identity of the tree of a file. */
export function treeIdOf(host: Host, uid: number, file: string): TreeId {
  const id = host.digest(`${uid}:${file}`).slice(0, ID_DIGITS);
  const runFolder = `${runFolderOf(host, uid)}/${id}`;
  return {
    uid,
    file,
    id,
    runFolder,
    socket: `${runFolder}/control.sock`,
    door: `${runFolder}/guardian.sock`,
    deaths: `${runFolder}/deaths.jsonl`,
    key: `${runFolder}/marks.key`,
    stateFolder: null,
    record: `${runFolder}/tree.json`,
    lock: `supervise/${uid}/${id}`,
  };
}

/**
 * The folder of a user's trees. It is found by the user's number alone: variables such as XDG_RUNTIME_DIR differ between
 * shells, and a login's own folder goes when the login does.
 */
export function runFolderOf(host: Host, uid: number): string {
  const isRootWithRun = uid === 0 && host.files.inspectFolder("/run")?.isFolder === true;
  return isRootWithRun ? "/run/supervise" : `/tmp/supervise-${uid}`;
}

/**
 * Makes a user's folder and makes sure that nobody else can have put anything into it.
 *
 * @throws {UserError} `state/not-private`, `state/not-writable`
 */
export function ensureRunFolder(host: Host, uid: number): string {
  const folder = requirePrivate(host, uid);
  makeFolder(host, folder, SOCKETS_HINT);
  return requirePrivate(host, uid);
}

/**
 * Makes sure that nobody else can have put anything into a user's folder, whether it is there or not: neither a socket
 * that takes our commands nor a record that tells lies.
 *
 * @returns The folder.
 * @throws {UserError} `state/not-private`
 */
export function requirePrivate(host: Host, uid: number): string {
  const folder = runFolderOf(host, uid);
  const info = host.files.inspectFolder(folder);
  if (info === null) return folder;
  const why = !info.isFolder
    ? "it is no folder"
    : info.ownerUid !== uid
    ? `it belongs to user ${info.ownerUid}`
    : (info.mode & 0o077) !== 0
    ? "others have access to it"
    : null;
  if (why === null) return folder;
  throw new UserError(
    "state/not-private",
    `"${folder}", where supervise keeps its sockets, is not a folder of yours alone: ${why}`,
    { exitCode: ExitCode.notPermitted, hint: `look who made it (ls -ld ${folder}), and have it removed` },
  );
}

/** Where a tree keeps its logs and its journal. */
export function stateFolderOf(program: Program, { id, file }: Pick<TreeId, "id" | "file">): string {
  return `${stateHomeOf(program)}/${baseName(folderOf(file))}-${id}`;
}

/** Where the logs and journals of all trees of a user are kept. */
export function stateHomeOf({ environment, homeFolder }: Program): string {
  const configured = environment["XDG_STATE_HOME"];
  // The XDG specification has relative paths ignored.
  const base = configured?.startsWith("/") ? configured : `${environment["HOME"] || homeFolder}/.local/state`;
  return `${base}/supervise`;
}

/**
 * Makes a folder.
 *
 * @throws {UserError} `state/not-writable`
 */
export function makeFolder(host: Host, folder: string, hint: string): void {
  try {
    host.files.makeFolder(folder);
  } catch (error) {
    throw new UserError(
      "state/not-writable",
      `Cannot make the folder "${folder}": ${(error as Error).message}`,
      { hint, cause: error },
    );
  }
}
