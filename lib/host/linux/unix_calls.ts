import type { Pipe } from "../ports/descriptors.ts";
import type { Peer } from "../ports/sockets.ts";
import { type Accepted, acceptOne, listenUnix } from "./accept_unix.ts";
import { connectUnix } from "./connect_unix.ts";
import { closeDescriptor, openPipe, readPending } from "./descriptors.ts";
import type { Libc } from "./libc.ts";
import { peerOf } from "./peer_credentials.ts";

/** Calls of the kernel that the Unix sockets of both runtimes make. */
export interface UnixCalls {
  /** The process at the other end of a socket. */
  peerOf(descriptor: number): Peer | null;
  /** A descriptor that is connected; null if nobody listens there. */
  connect(path: string): number | null;
  /** A descriptor that listens and does not block. @throws With the code `EADDRINUSE` if the path is taken. */
  listen(path: string): number;
  /** Takes the next connection of a descriptor that listens. */
  accept(listener: number): Accepted;
  /** The bytes that have come in and were not read yet, of a descriptor that does not block. */
  readPending(descriptor: number): readonly Uint8Array[];
  openPipe(): Pipe;
  close(descriptor: number): void;
}

/** The calls of Linux. */
export function unixCalls(libc: Libc): UnixCalls {
  return {
    peerOf: (descriptor) => peerOf(libc, descriptor),
    connect: (path) => connectUnix(libc, path),
    listen: (path) => listenUnix(libc, path),
    accept: (listener) => acceptOne(libc, listener),
    readPending: (descriptor) => readPending(libc, descriptor),
    openPipe: () => openPipe(libc),
    close: (descriptor) => closeDescriptor(libc, descriptor),
  };
}
