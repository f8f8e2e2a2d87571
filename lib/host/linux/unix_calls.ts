import type { Peer } from "../ports/sockets.ts";
import { connectUnix } from "./connect_unix.ts";
import { closeDescriptor, readPending } from "./descriptors.ts";
import type { Libc } from "./libc.ts";
import { peerOf } from "./peer_credentials.ts";

/** What the Unix sockets of the runtimes leave to the kernel. */
export interface UnixCalls {
  /** Who is at the other end of a socket. */
  peerOf(descriptor: number): Peer | null;
  /** A descriptor that is connected; null if nobody listens there. */
  connect(path: string): number | null;
  /** What has come in and was not read yet, of a descriptor that does not block. */
  readPending(descriptor: number): readonly Uint8Array[];
  close(descriptor: number): void;
}

/** The calls of Linux. */
export function unixCalls(libc: Libc): UnixCalls {
  return {
    peerOf: (descriptor) => peerOf(libc, descriptor),
    connect: (path) => connectUnix(libc, path),
    readPending: (descriptor) => readPending(libc, descriptor),
    close: (descriptor) => closeDescriptor(libc, descriptor),
  };
}
