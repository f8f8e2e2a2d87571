/** Raw file descriptors: neither runtime has a public way to make or close them. */
import { constants, type Stats, statSync } from "node:fs";
import type { Descriptors, Pipe } from "../ports/descriptors.ts";
import { FileError } from "../ports/files.ts";
import type { PipeSource } from "../ports/processes.ts";
import { cString, describeErrno, type Libc, LINUX } from "./libc.ts";
import { ownDescriptors } from "./proc.ts";

/** Opens a pipe. Both ends block, as those who inherit them expect. */
export function openPipe(libc: Libc): Pipe {
  const ends = new Int32Array(2);
  const result = libc.call.pipe2(new Uint8Array(ends.buffer), LINUX.O_CLOEXEC);
  if (result !== 0) throw new Error(describeSpent(libc, libc.errno()));
  const [read, write] = ends as unknown as [number, number];
  return { read, write };
}

/** Text for an error number, with the limit if it is that of open files which is reached. */
export function describeSpent(libc: Libc, errno: number): string {
  if (errno !== LINUX.EMFILE) return describeErrno(errno);
  const limits = new BigUint64Array(2);
  libc.call.prlimit(0, LINUX.RLIMIT_NOFILE, null, new Uint8Array(limits.buffer));
  return `The limit of ${limits[0]} open files is reached (EMFILE)`;
}

/**
 * Opens a file for reading (the default) or with other flags; null if that fails. New files are the owner's alone. Without
 * `O_NONBLOCK` it may wait for ever.
 */
export function openFile(libc: Libc, path: string, flags = 0, mode = 0o600): number | null {
  const descriptor = libc.call.open(cString(path), flags | LINUX.O_CLOEXEC, mode) as number;
  return descriptor < 0 ? null : descriptor;
}

/** A descriptor, what is asked for, and the answer. */
const POLLFD_BYTES = 8;

/**
 * Opens a file for a program, which finds it blocking; null if that fails. Nothing is waited for: not at a pipe with a name
 * that nobody has at its other end, nor at a line that nobody has dialled.
 */
export function openAtOnce(libc: Libc, path: string, flags: number): number | null {
  const descriptor = openFile(libc, path, flags | LINUX.O_NONBLOCK | LINUX.O_NOCTTY);
  if (descriptor !== null) setBlocking(libc, descriptor);
  return descriptor;
}

/**
 * Opens what must be this user's own, and no link; null if it is not, or not there.
 *
 * @param isMeant Whether it is of the kind that is wanted.
 */
export function openOwnFile(
  libc: Libc,
  path: string,
  flags: number,
  isMeant: (stat: Stats) => boolean,
): number | null {
  return openNoLink(libc, path, flags, (stat) => isMeant(stat) && stat.uid === process.geteuid!());
}

function openNoLink(
  libc: Libc,
  path: string,
  flags: number,
  isMeant: (stat: Stats) => boolean,
): number | null {
  return openIfMeant(libc, path, flags | constants.O_NOFOLLOW, isMeant);
}

function openIfMeant(
  libc: Libc,
  path: string,
  flags: number,
  isMeant: (stat: Stats) => boolean,
): number | null {
  const descriptor = openFile(libc, path, flags);
  if (descriptor === null || isMeant(statSync(`/proc/self/fd/${descriptor}`))) return descriptor;
  libc.call.close(descriptor);
  return null;
}

/**
 * Opens a pipe with a name, and no link to one, in a folder of this user's that nobody else can have put it into: its owner may
 * be the user of an actor. Null if there is none.
 */
export function openNamedPipe(libc: Libc, path: string, flags: number): number | null {
  const cut = path.lastIndexOf("/");
  const folder = openFile(libc, path.slice(0, cut), constants.O_DIRECTORY | constants.O_NOFOLLOW);
  if (folder === null) return null;
  try {
    const { uid, mode } = statSync(`/proc/self/fd/${folder}`);
    if (uid !== process.geteuid!() || (mode & 0o022) !== 0) return null;
    return openNoLink(libc, `/proc/self/fd/${folder}${path.slice(cut)}`, flags, (stat) => stat.isFIFO());
  } finally {
    libc.call.close(folder);
  }
}

/** How much is read at once. */
const BLOCK_BYTES = 64 * 1_024;

/** Reads what is there, of a descriptor that does not block. */
export function readPending({ call }: Libc, descriptor: number): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (;;) {
    const block = new Uint8Array(BLOCK_BYTES);
    const length = Number(call.read(descriptor, block, block.length));
    if (length <= 0) return blocks;
    blocks.push(block.subarray(0, length));
  }
}

interface Writing extends Pick<Libc, "errno"> {
  readonly call: Pick<Libc["call"], "write">;
}

/** Writes all of `bytes` to a descriptor that blocks; false if nobody reads. */
export function writeAll(libc: Writing, descriptor: number, bytes: Uint8Array): boolean {
  for (let rest = bytes; rest.length > 0;) {
    const written = Number(libc.call.write(descriptor, rest, rest.length));
    if (written < 0 && libc.errno() !== LINUX.EINTR) return false;
    rest = rest.subarray(Math.max(0, written));
  }
  return true;
}

/** Closes a descriptor. */
export function closeDescriptor(libc: Libc, descriptor: number): void {
  libc.call.close(descriptor);
}

/** Keeps every descriptor but the three standard ones from programs that are started from now on. */
export function closeAllOnExec(libc: Libc): void {
  for (const descriptor of ownDescriptors()) {
    if (descriptor > 2) libc.call.fcntl(descriptor, LINUX.F_SETFD, LINUX.FD_CLOEXEC);
  }
}

/** The parts of the runtime that the descriptors of Linux need. */
export interface DescriptorsOptions {
  /** Reads one without blocking. */
  readonly openSource: (descriptor: number) => PipeSource;
  readonly onReadable: OnReadable;
}

/**
 * Calls back once when there is something to read from a descriptor of whatever kind, or an error to hear of. It is handed
 * over with that, and closed afterwards.
 *
 * @returns How to stop that, and have it closed.
 */
export type OnReadable = (descriptor: number, callback: () => void) => () => void;

/** The descriptors of Linux. */
export function linuxDescriptors(libc: Libc, { openSource, onReadable }: DescriptorsOptions): Descriptors {
  return {
    openPipe: () => openPipe(libc),
    sourceOf: openSource,
    makeNamedPipe(path) {
      if (libc.call.mkfifo(cString(path), 0o600) === 0) return;
      throw new FileError("mkfifo", `Cannot make the pipe "${path}": ${describeErrno(libc.errno())}`);
    },
    openNamedPipe(path) {
      return openNamedPipe(libc, path, LINUX.O_RDONLY | LINUX.O_NONBLOCK);
    },
    openUsersPipe(path) {
      return openIfMeant(libc, path, LINUX.O_RDONLY | LINUX.O_NONBLOCK, (stat) => stat.isFIFO());
    },
    holdNamedPipe(path) {
      return openNamedPipe(libc, path, LINUX.O_RDWR | LINUX.O_NONBLOCK);
    },
    isRead: (descriptor) => !isDeserted(libc, descriptor),
    onUnread(descriptor, callback) {
      const watch = watchErrors(libc, descriptor);
      return watch === null ? () => {} : onReadable(watch, callback);
    },
    tryWrite(descriptor, text) {
      setNonBlocking(libc, descriptor);
      const bytes = new TextEncoder().encode(text);
      return Number(libc.call.write(descriptor, bytes, bytes.length)) === bytes.length;
    },
    write: (descriptor, text) => writeAll(libc, descriptor, new TextEncoder().encode(text)),
    close: (descriptor) => closeDescriptor(libc, descriptor),
    keepToOurselves: () => closeAllOnExec(libc),
  };
}

/** Whether the other side of a descriptor is gone. */
function isDeserted({ call }: Libc, descriptor: number): boolean {
  // Those two are told of unasked.
  const asked = new DataView(new ArrayBuffer(POLLFD_BYTES));
  asked.setInt32(0, descriptor, true);
  const bytes = new Uint8Array(asked.buffer);
  const count = Number(call.poll(bytes, 1, 0));
  return count === 1 && (asked.getInt16(POLLFD_BYTES - 2, true) & (LINUX.POLLERR | LINUX.POLLHUP)) !== 0;
}

/** That of an event; some processors have a smaller one. */
const EPOLL_EVENT_BYTES = 16;

/**
 * Opens a descriptor that can be read from once another one has an error, or nobody at its other side: no runtime waits for
 * that alone. Null for what has neither, such as a file.
 */
function watchErrors({ call }: Libc, descriptor: number): number | null {
  const watch = call.epoll_create1(LINUX.EPOLL_CLOEXEC) as number;
  if (watch < 0) return null;
  // No event is asked for: those two are told of unasked.
  if (call.epoll_ctl(watch, LINUX.EPOLL_CTL_ADD, descriptor, new Uint8Array(EPOLL_EVENT_BYTES)) === 0) {
    return watch;
  }
  call.close(watch);
  return null;
}

/** Lets a read or write wait until it can be done. */
export function setBlocking(libc: Libc, descriptor: number): void {
  const flags = libc.call.fcntl(descriptor, LINUX.F_GETFL, 0) as number;
  libc.call.fcntl(descriptor, LINUX.F_SETFL, flags & ~LINUX.O_NONBLOCK);
}

/** Lets a read or write that would have to wait return at once. */
export function setNonBlocking(libc: Libc, descriptor: number): void {
  const flags = libc.call.fcntl(descriptor, LINUX.F_GETFL, 0) as number;
  libc.call.fcntl(descriptor, LINUX.F_SETFL, flags | LINUX.O_NONBLOCK);
}
