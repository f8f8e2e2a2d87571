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
  /** File with a {@linkcode TreeRecord}. */
  readonly record: string;
  /** Name that the kernel lets one process hold at a time: who holds it is the tree's supervisor. */
  readonly lock: string;
}

const ID_DIGITS = 12;

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
  const folder = runFolderOf(host, uid);
  makeFolder(host, folder, "supervise keeps its sockets there");
  const info = host.files.inspectFolder(folder);
  const isPrivate = info !== null && info.isFolder && info.ownerUid === uid && (info.mode & 0o077) === 0;
  if (isPrivate) return folder;
  throw new UserError("state/not-private", `"${folder}" is not a folder that is yours alone`, {
    exitCode: ExitCode.notPermitted,
    hint: `look who made it (ls -ld ${folder}), and remove it`,
  });
}

/** Where a tree keeps its logs and its journal. */
export function stateFolderOf(program: Program, { id, file }: Pick<TreeId, "id" | "file">): string {
  const { environment, homeFolder } = program;
  const configured = environment["XDG_STATE_HOME"];
  // The XDG specification has relative paths ignored.
  const base = configured?.startsWith("/") ? configured : `${environment["HOME"] || homeFolder}/.local/state`;
  return `${base}/supervise/${baseName(folderOf(file))}-${id}`;
}

/**
 * Makes a folder.
 *
 * @throws {UserError} `state/not-writable`
 */
export function makeFolder(host: Host, folder: string, purpose: string): void {
  try {
    host.files.makeFolder(folder);
  } catch (error) {
    throw new UserError(
      "state/not-writable",
      `Cannot make the folder "${folder}": ${(error as Error).message}`,
      {
        hint: `${purpose}; make it writable, or set XDG_STATE_HOME to a folder that is`,
        cause: error,
      },
    );
  }
}
