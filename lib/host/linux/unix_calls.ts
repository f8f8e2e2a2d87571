import type { Peer } from "../ports/sockets.ts";
import { connectUnix } from "./connect_unix.ts";
import { closeDescriptor } from "./descriptors.ts";
import type { Libc } from "./libc.ts";
import { peerOf } from "./peer_credentials.ts";

/** What the Unix sockets of the runtimes leave to the kernel. */
export interface UnixCalls {
  /** Who is at the other end of a socket. */
  peerOf(descriptor: number): Peer | null;
  /** A descriptor that is connected; null if nobody listens there. */
  connect(path: string): number | null;
  close(descriptor: number): void;
}

/** The calls of Linux. */
export function unixCalls(libc: Libc): UnixCalls {
  return {
    peerOf: (descriptor) => peerOf(libc, descriptor),
    connect: (path) => connectUnix(libc, path),
    close: (descriptor) => closeDescriptor(libc, descriptor),
  };
}
