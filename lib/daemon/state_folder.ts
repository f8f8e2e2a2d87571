/**
 * The folder of a tree's logs and journal, which the environment names: HOME and XDG_STATE_HOME may be another user's, as
 * after `sudo -E`. Nothing is written below a folder of somebody else's, who could have it written elsewhere.
 *
 * Links above `supervise` are followed if they are of this user or of root, such as a ~/.local on another disk; from there
 * on down there are none.
 */
import { ExitCode } from "../base/exit_code.ts";
import { baseName, folderOf } from "../base/posix_path.ts";
import { UserError } from "../base/user_error.ts";
import type { FolderInfo } from "../host/ports/files.ts";
import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { logFolderOf } from "../engine/state_folder.ts";
import { makeFolder } from "./run_folder.ts";
import type { TreeId } from "./tree_id.ts";

const MAKE_HINT = "supervise keeps logs there; make it writable, or set XDG_STATE_HOME to a folder that is";
const TRUST_HINT = "set XDG_STATE_HOME to a folder of your own; `sudo` without -E, or with -H, sets HOME";

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
 * Makes the folder of a tree's logs and journal, and makes sure that it is of this user alone.
 *
 * @throws {UserError} `state/not-writable`, `state/not-ours`
 */
export function ensureStateFolder(host: Pick<Host, "files">, uid: number, folder: string): void {
  requireOwnState(host, uid, folder);
  makeFolder(host, folder, MAKE_HINT);
  requireOwnState(host, uid, folder);
}

/**
 * Makes sure that what there is of the folder of a tree's logs and journal is of this user alone.
 *
 * @throws {UserError} `state/not-ours`
 */
export function requireOwnState(host: Pick<Host, "files">, uid: number, folder: string): void {
  requireOwnHome(host, uid, folderOf(folder));
  for (const own of [folder, logFolderOf(folder)]) requireOwnFolder(host, uid, own);
}

/** The same for the folder of all trees. @throws {UserError} `state/not-ours` */
export function requireOwnHome({ files }: Pick<Host, "files">, uid: number, home: string): void {
  const above = folderOf(home);
  const real = nearest({ files }, above);
  for (const path of [...partsOf(above), ...partsOf(real)]) {
    const info = files.inspectFolder(path);
    const why = info === null ? null : whyNotTrusted(info, uid);
    if (why !== null) throw notOurs(home, path, why);
  }
  requireOwnFolder({ files }, uid, home);
}

function requireOwnFolder({ files }: Pick<Host, "files">, uid: number, folder: string): void {
  const info = files.inspectFolder(folder);
  const why = info === null ? null : whyNotOwn(info, uid);
  if (why !== null) throw notOurs(folder, folder, why);
}

/** Why somebody else may decide what is below a folder, or where a link leads; null if nobody may but root. */
export function whyNotTrusted({ isFolder, isLink, ownerUid, mode }: FolderInfo, uid: number): string | null {
  // Whom a user namespace does not know may be root outside of it, to whom the machine belongs.
  if (ownerUid !== null && ownerUid !== 0 && ownerUid !== uid) return `belongs to user ${ownerUid}`;
  // A path that is no folder leads nowhere, and that is said when the folder is made.
  if (isLink || !isFolder) return null;
  return (mode & 0o1002) === 0o002 ? "can be changed by everybody (chmod o-w)" : null;
}

/** Why a folder of ours is not; null if it is. */
function whyNotOwn({ isFolder, isLink, ownerUid, mode }: FolderInfo, uid: number): string | null {
  if (isLink) return "is a link";
  if (!isFolder) return "is no folder";
  if (ownerUid !== uid) return `belongs to ${ownerUid === null ? "an unknown user" : `user ${ownerUid}`}`;
  return (mode & 0o022) !== 0 ? "can be changed by others (chmod go-w)" : null;
}

/** The real path of a folder, or of the nearest one above it that is there. */
function nearest({ files }: Pick<Host, "files">, path: string): string {
  for (let at = path;; at = folderOf(at)) {
    const real = files.realPath(at);
    if (real !== null || at === "/") return real ?? "/";
  }
}

/** A path and all that lie above it, from the root down. */
function partsOf(path: string): readonly string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return ["/", ...parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`)];
}

function notOurs(folder: string, at: string, why: string): UserError {
  const what = at === folder ? `it ${why}` : `"${at}" ${why}`;
  return new UserError(
    "state/not-ours",
    `Logs and journals do not go to "${folder}": ${what}`,
    { exitCode: ExitCode.notPermitted, hint: TRUST_HINT },
  );
}
