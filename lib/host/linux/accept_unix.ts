import { unixAddressBytes } from "./address_bytes.ts";
import { closeDescriptor } from "./descriptors.ts";
import { describeErrno, type Libc, LINUX } from "./libc.ts";

/** As many as the kernel allows may wait to be accepted. */
export const BACKLOG = 4_096;

/** A descriptor that is connected and does not block; `none` if nobody waits, `lacking` if there is no descriptor for it. */
export type Accepted = number | "none" | "lacking";

/**
 * Listens at a Unix socket. A path that begins with a zero is a name in the kernel.
 *
 * @returns The descriptor, which does not block.
 * @throws {Error} With the code `EADDRINUSE` if the path is taken.
 */
export function listenUnix(libc: Libc, path: string): number {
  const { call } = libc;
  const address = unixAddressBytes(new TextEncoder().encode(path));
  const type = LINUX.SOCK_STREAM | LINUX.O_NONBLOCK | LINUX.O_CLOEXEC;
  const descriptor = call.socket(LINUX.AF_UNIX, type, 0) as number;
  if (descriptor < 0) throw failure(path, libc.errno());
  if (call.bind(descriptor, address, address.length) === 0 && call.listen(descriptor, BACKLOG) === 0) {
    return descriptor;
  }
  const error = failure(path, libc.errno());
  closeDescriptor(libc, descriptor);
  throw error;
}

/** Takes the next connection of a socket that listens. */
export function acceptOne(libc: Libc, listener: number): Accepted {
  for (;;) {
    const type = LINUX.O_NONBLOCK | LINUX.O_CLOEXEC;
    const descriptor = libc.call.accept4(listener, 0, 0, type) as number;
    if (descriptor >= 0) return descriptor;
    const errno = libc.errno();
    if (errno === LINUX.EAGAIN) return "none";
    // The one that waited has gone, or a signal came.
    if (errno === LINUX.ECONNABORTED || errno === LINUX.EINTR) continue;
    return "lacking";
  }
}

function failure(path: string, errno: number): Error {
  const error = new Error(`Cannot listen at "${path.replace("\0", "@")}": ${describeErrno(errno)}`);
  return errno === LINUX.EADDRINUSE ? Object.assign(error, { code: "EADDRINUSE" }) : error;
}
