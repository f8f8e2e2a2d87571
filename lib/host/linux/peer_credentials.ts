import type { Peer } from "../ports/sockets.ts";
import { type Libc, LINUX } from "./libc.ts";

/** The process that was at the other end of a Unix socket when it connected, or began to listen. */
export function peerOf(libc: Libc, descriptor: number): Peer | null {
  // struct ucred: pid, uid and gid, 32 bits each.
  const credentials = new Int32Array(3);
  const length = new Int32Array([12]);
  const failed = libc.call.getsockopt(
    descriptor,
    LINUX.SOL_SOCKET,
    LINUX.SO_PEERCRED,
    new Uint8Array(credentials.buffer),
    new Uint8Array(length.buffer),
  );
  return failed === 0 ? { pid: credentials[0]!, uid: credentials[1]! } : null;
}
