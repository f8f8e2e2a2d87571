/** Raw file descriptors: neither runtime has a public way to make or close them. */
import { cString, describeErrno, type Libc, LINUX } from "./libc.ts";
import { ownDescriptors } from "./proc.ts";

/** A pipe: what is written to `write` comes out of `read`. Neither end is inherited by programs. */
export interface Pipe {
  readonly read: number;
  readonly write: number;
}

/** Opens a pipe. The reading end never blocks; the writing end does, as its inheritors expect. */
export function openPipe(libc: Libc): Pipe {
  const ends = new Int32Array(2);
  const result = libc.call.pipe2(new Uint8Array(ends.buffer), LINUX.O_CLOEXEC);
  if (result !== 0) throw new Error(describeErrno(libc.errno()));
  const [read, write] = ends as unknown as [number, number];
  const flags = libc.call.fcntl(read, LINUX.F_GETFL, 0) as number;
  libc.call.fcntl(read, LINUX.F_SETFL, flags | LINUX.O_NONBLOCK);
  return { read, write };
}

/** Opens a file for reading (the default) or with other flags; null if that fails. */
export function openFile(libc: Libc, path: string, flags = 0): number | null {
  const descriptor = libc.call.open(cString(path), flags | LINUX.O_CLOEXEC, 0) as number;
  return descriptor < 0 ? null : descriptor;
}

/** Writes all of `bytes` to a descriptor that blocks; false if nobody reads. */
export function writeAll(libc: Libc, descriptor: number, bytes: Uint8Array): boolean {
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

/** Keeps every descriptor but the three standard ones, and those named, from programs that are started from now on. */
export function closeAllOnExec(libc: Libc, except: readonly number[] = []): void {
  for (const descriptor of ownDescriptors()) {
    if (descriptor > 2 && !except.includes(descriptor)) {
      libc.call.fcntl(descriptor, LINUX.F_SETFD, LINUX.FD_CLOEXEC);
    }
  }
}
