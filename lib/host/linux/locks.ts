/**
 * Open-file-description locks. Unlike those of `flock` they can be asked for without being taken for a moment, so that a
 * question is in no other process's way; unlike the older ones of `fcntl` they belong to a descriptor, so that no other part of this program
 * loses them by closing a file. The kernel lets go of one with the last descriptor of its opening, so also after SIGKILL.
 */
import { constants, lstatSync, readlinkSync, type Stats, statSync } from "node:fs";
import { FileError } from "../ports/files.ts";
import type { HeldLock, Locks } from "../ports/locks.ts";
import { describeFileCode } from "../shared/file_codes.ts";
import { closeDescriptor, openFile } from "./descriptors.ts";
import { tryList, tryRead } from "./kernel_files.ts";
import { describeErrno, type Libc, LINUX } from "./libc.ts";

/** struct flock: two 16-bit numbers, padding, two 64-bit ones, and a process. Zeros mean the whole file. */
const FLOCK = new Int16Array(16);

/** Tools that remove old files leave alone those with this bit. */
const STICKY = 0o1000;

/** How often a file may be removed in the moment between its opening and its lock. */
const MOST_ATTEMPTS = 1_000;

/** The end of a link to an open file that was removed. */
const REMOVED = / \(deleted\)$/;

/** The locks of Linux. */
export function linuxLocks(libc: Libc): Locks {
  return {
    take(path) {
      for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
        const descriptor = openLock(libc, path);
        if (!tryLock(libc, descriptor)) return null;
        const held = new DescribedLock(libc, descriptor, path);
        if (held.isInPlace()) return held;
        held.release();
      }
      throw new FileError("EBUSY", `The file is removed all the time: "${path}"`);
    },
    isHeld(path) {
      const descriptor = openFile(libc, path, LINUX.O_RDWR | LINUX.O_NONBLOCK | constants.O_NOFOLLOW);
      if (descriptor === null) return false;
      const failed = libc.call.fcntl(descriptor, LINUX.F_OFD_GETLK, wantedBy(libc)) !== 0;
      closeDescriptor(libc, descriptor);
      return !failed && FLOCK[0] !== LINUX.F_UNLCK;
    },
    isHeldBy(pid, path) {
      if (!isOfThisUser(tryRead(`/proc/${pid}/status`) ?? "")) return false;
      const place = lastTwoOf(path);
      return tryList(`/proc/${pid}/fd`).some((name) =>
        lastTwoOf(tryReadLink(`/proc/${pid}/fd/${name}`)) === place && hasLock(pid, name)
      );
    },
  };
}

class DescribedLock implements HeldLock {
  readonly #libc: Libc;
  readonly #descriptor: number;
  readonly #path: string;

  constructor(libc: Libc, descriptor: number, path: string) {
    this.#libc = libc;
    this.#descriptor = descriptor;
    this.#path = path;
  }

  isInPlace(): boolean {
    return isSame(tryStat(() => lstatSync(this.#path)), statSync(`/proc/self/fd/${this.#descriptor}`));
  }

  isOnlyOne(): boolean {
    // Those of other PID namespaces are told of, too: a lock of this kind is no process's.
    const table = tryRead("/proc/locks") ?? "";
    return table.split("\n").filter((line) => /\bOFDLCK\b/.test(line)).length === 1;
  }

  release(): void {
    closeDescriptor(this.#libc, this.#descriptor);
  }
}

function openLock(libc: Libc, path: string): number {
  const flags = LINUX.O_RDWR | LINUX.O_CREAT | LINUX.O_NONBLOCK | constants.O_NOFOLLOW;
  const descriptor = openFile(libc, path, flags, STICKY | 0o600);
  if (descriptor === null) {
    const code = LINUX_CODES[libc.errno()] ?? "unknown";
    throw new FileError(code, describeFileCode(code, describeErrno(libc.errno())));
  }
  const stat = statSync(`/proc/self/fd/${descriptor}`);
  if (stat.isFile() && stat.uid === process.geteuid!()) return descriptor;
  closeDescriptor(libc, descriptor);
  throw new FileError("EPERM", describeFileCode("EPERM", "it is no file of this user"));
}

/** @returns False if somebody has it; the descriptor is closed then. */
function tryLock(libc: Libc, descriptor: number): boolean {
  if (libc.call.fcntl(descriptor, LINUX.F_OFD_SETLK, wantedBy(libc)) === 0) return true;
  const errno = libc.errno();
  closeDescriptor(libc, descriptor);
  if (errno === LINUX.EAGAIN || errno === LINUX.EACCES) return false;
  throw new FileError("fcntl", `This file system has no locks: ${describeErrno(errno)}`);
}

/** The address of what asks for a lock of the whole file that nobody else may share. */
function wantedBy({ ffi }: Libc): bigint {
  FLOCK.fill(0);
  FLOCK[0] = LINUX.F_WRLCK;
  return ffi.addressOf(new Uint8Array(FLOCK.buffer));
}

/** Whether a process acts as the user of this one in every respect, by the text of /proc/PID/status. */
function isOfThisUser(status: string): boolean {
  const ids = /^Uid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/) ?? [];
  return ids.length === 4 && ids.every((id) => Number(id) === process.geteuid!());
}

/** The names of a file and of its folder. */
function lastTwoOf(path: string): string {
  return path.replace(REMOVED, "").split("/").slice(-2).join("/");
}

function tryReadLink(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}

function hasLock(pid: number, descriptor: string): boolean {
  return /^lock:.*\bOFDLCK\b.*\bWRITE\b/m.test(tryRead(`/proc/${pid}/fdinfo/${descriptor}`) ?? "");
}

function isSame(one: Stats | null, other: Stats | null): boolean {
  return one !== null && other !== null && one.dev === other.dev && one.ino === other.ino;
}

function tryStat(read: () => Stats): Stats | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** Names of the errors that opening a file comes to. */
const LINUX_CODES: Readonly<Record<number, string>> = {
  1: "EPERM",
  2: "ENOENT",
  13: "EACCES",
  20: "ENOTDIR",
  21: "EISDIR",
  23: "ENFILE",
  24: "EMFILE",
  28: "ENOSPC",
  30: "EROFS",
  40: "ELOOP",
};
