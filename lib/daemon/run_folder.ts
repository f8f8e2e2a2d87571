/**
 * The folder of a user's trees: for their sockets, locks and records. It is found by the user's number
 * alone: variables such as XDG_RUNTIME_DIR differ between shells, and a login's own folder goes when the login does.
 *
 * Invariants:
 * 1. A folder is looked at once it is open, and reached through its descriptor from then on. Its name may lead elsewhere a
 *    moment later: nobody else's socket is talked to, and nobody else's record believed.
 * 2. Where no folder is open, the paths in it lead nowhere, not to what somebody may put there meanwhile.
 */
import { ExitCode } from "../base/exit_code.ts";
import { messageOf, UserError } from "../base/user_error.ts";
import { FileError, type FolderInfo } from "../host/ports/files.ts";
import type { HeldFolder } from "../host/ports/folders.ts";
import type { ClientHost, Host } from "../host/ports/host.ts";

/** The cure if a folder for sockets cannot be made. */
export const SOCKETS_HINT = "supervise keeps its sockets there; make the folder above it writable";

/** A user's folder. */
export interface RunFolder {
  /** For people, and for other processes. */
  readonly name: string;
  /** How this process reaches it. */
  readonly path: string;
}

/** Where there is nothing, and nobody can put anything. */
const NOWHERE = "/proc/self/fd/none";

/** The part of the host that holds on to folders. */
type Holder = Pick<ClientHost, "files" | "folders">;

/** The folders that this process has open, by their names. */
const held = new WeakMap<ClientHost["folders"], Map<string, HeldFolder>>();

/**
 * The folder of a user, if there is one: of another user it is none.
 *
 * @throws {UserError} `state/not-private`, `host/unknown-user`
 */
export function runFolderOf(host: Holder, uid: number): RunFolder {
  if (!host.folders.knowsUser(uid)) throw unknownUser(uid);
  const names = namesFor(uid);
  const looks = names.map((name) => look(host, uid, name));
  const open = looks.find((one) => one.folder !== null);
  if (open !== undefined) return open.folder!;
  const [first] = looks;
  if (names.length === 1 && first!.why !== null) throw notPrivate(first!.name, first!.why);
  return { name: names[0]!, path: NOWHERE };
}

/**
 * Makes a user's folder, if there is none, and makes sure that nobody else can have put anything into it.
 *
 * @throws {UserError} `state/not-private`, `state/not-writable`, `host/unknown-user`
 */
export function ensureRunFolder(host: Holder, uid: number): RunFolder {
  const known = runFolderOf(host, uid);
  if (known.path !== NOWHERE) return known;
  const failures: UserError[] = [];
  for (const name of namesFor(uid)) {
    try {
      const { why } = look(host, uid, name);
      if (why !== null) throw notPrivate(name, why);
      makeFolder(host, name, SOCKETS_HINT);
      const made = look(host, uid, name);
      if (made.folder !== null) return made.folder;
      throw notPrivate(name, made.why ?? "it was removed at once");
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failures.push(error);
    }
  }
  throw failures.length === 1 ? failures[0]! : noPlace(failures);
}

/** The places that a user's folder may be at, the best one first. */
export function namesFor(uid: number): readonly string[] {
  const own = `/tmp/supervise-${uid}`;
  // Root of a user namespace may not write to /run, which is that of another root.
  return uid === 0 ? ["/run/supervise", own] : [own];
}

/**
 * Makes a user's folder again that was removed, or has another name by now: all paths in it lead to the new one from then on.
 *
 * @returns Whether there was need for it.
 * @throws {UserError} `state/not-private`, `state/not-writable`
 */
export function renewRunFolder(host: Holder, uid: number): boolean {
  const { name } = runFolderOf(host, uid);
  const known = held.get(host.folders)?.get(name);
  if (known?.isRemoved() === false && known.isAt(name)) return false;
  makeFolder(host, name, SOCKETS_HINT);
  const opened = host.folders.hold(name);
  const why = opened === null ? "it was removed at once" : whyNotPrivate(opened, uid);
  if (opened === null || why !== null) {
    opened?.close();
    throw notPrivate(name, why!);
  }
  keep(host, name, opened);
  return true;
}

interface Look {
  readonly name: string;
  readonly folder: RunFolder | null;
  /** Why what is there is not used; null if nothing is. */
  readonly why: string | null;
}

/** @throws {UserError} `state/not-private` of a folder of root's, or of the user's own, that others can get into. */
function look(host: Holder, uid: number, name: string): Look {
  const known = held.get(host.folders)?.get(name);
  if (known?.isRemoved() === false) return { name, folder: { name, path: known.path }, why: null };
  const opened = host.folders.hold(name);
  const info = opened ?? host.files.inspectFolder(name);
  const why = info === null ? null : whyNotPrivate(info, uid);
  if (opened === null || why !== null) {
    opened?.close();
    if (why !== null && isOnPurpose(info!, uid, name)) throw notPrivate(name, why);
    return { name, folder: null, why };
  }
  return { name, folder: { name, path: keep(host, name, opened).path }, why: null };
}

/** A folder that is in the way on purpose is no reason to look elsewhere: somebody has changed it, and a tree may run in it. */
function isOnPurpose({ ownerUid }: FolderInfo, uid: number, name: string): boolean {
  return ownerUid === uid || (ownerUid !== null && name === namesFor(uid)[0]);
}

/** Paths that are in use already lead to the folder that is there now. */
function keep({ folders }: Holder, name: string, opened: HeldFolder): HeldFolder {
  const known = held.get(folders) ?? new Map<string, HeldFolder>();
  held.set(folders, known);
  const before = known.get(name);
  before?.become(opened);
  if (before === undefined) known.set(name, opened);
  return before ?? opened;
}

function whyNotPrivate({ isFolder, ownerUid, mode }: FolderInfo, uid: number): string | null {
  if (!isFolder) return "it is no folder";
  if (ownerUid === null) return "it belongs to a user whom this user namespace does not know";
  if (ownerUid !== uid) return `it belongs to user ${ownerUid}`;
  return (mode & 0o077) !== 0 ? "others have access to it" : null;
}

/** The kernel shows all users alike here: whose a folder is, who has connected and whose a process is cannot be told. */
function unknownUser(uid: number): UserError {
  return new UserError(
    "host/unknown-user",
    `This user namespace does not know the user that supervise runs as, who looks like everybody else here (${uid})`,
    {
      exitCode: ExitCode.notPermitted,
      hint: "give it a map of users: `unshare --map-current-user`, or `unshare --map-root-user`",
    },
  );
}

function notPrivate(name: string, why: string): UserError {
  return new UserError(
    "state/not-private",
    `"${name}", where supervise keeps its sockets, is not a folder of yours alone: ${why}`,
    { exitCode: ExitCode.notPermitted, hint: `look who made it (ls -ld ${name}), and have it removed` },
  );
}

function noPlace(failures: readonly UserError[]): UserError {
  return new UserError(
    failures.at(-1)!.code,
    `There is no place for the sockets of supervise: ${failures.map(messageOf).join("; ")}`,
    {
      exitCode: failures.at(-1)!.exitCode,
      hint: "make one of these folders, for yourself alone (chmod 700)",
    },
  );
}

/**
 * Makes a folder.
 *
 * @throws {UserError} `state/not-writable`
 */
export function makeFolder(host: Pick<Host, "files">, folder: string, hint: string): void {
  try {
    host.files.makeFolder(folder);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new UserError(
      "state/not-writable",
      `Cannot make the folder "${folder}": ${error.message}`,
      { hint, cause: error },
    );
  }
}
