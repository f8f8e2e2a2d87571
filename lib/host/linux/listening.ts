import { accessSync, constants, lstatSync, unlinkSync } from "node:fs";
import { folderOf } from "../../base/posix_path.ts";
import { describeSocketAddress, type SocketAddress } from "../../base/socket_address.ts";
import { ListenError, type Listening, type ListeningSocket } from "../ports/listening.ts";
import type { ProcessId } from "../ports/processes.ts";
import { BACKLOG } from "./accept_unix.ts";
import { tcpAddressBytes, unixAddressBytes } from "./address_bytes.ts";
import { describeHolder } from "./address_holder.ts";
import { closeDescriptor } from "./descriptors.ts";
import { describeErrno, type Libc, LINUX } from "./libc.ts";
import { readStartTime } from "./proc.ts";

/** Size of the largest address that a socket may have. */
const MOST_ADDRESS_BYTES = 128;

/** Sockets of Linux that listen. */
export class LinuxListening implements Listening {
  readonly #libc: Libc;

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  open(address: SocketAddress): ListeningSocket {
    return address.type === "tcp" ? this.#openTcp(address) : this.#openUnix(address);
  }

  check(address: SocketAddress): void {
    if (address.type === "tcp") closeDescriptor(this.#libc, this.#boundTcp(address));
    else this.#checkPath(address, addressBytes(address));
  }

  share(holder: ProcessId, descriptor: number, address: SocketAddress): ListeningSocket | null {
    const own = this.#copyOf(holder, descriptor);
    if (own === null) return null;
    if (this.#listensAt(own, addressBytes(address))) return this.#listening(own, address);
    closeDescriptor(this.#libc, own);
    return null;
  }

  /** A descriptor of another process as one of ours; null if it has none, or we may not. */
  #copyOf({ pid, startTime }: ProcessId, descriptor: number): number | null {
    const { call } = this.#libc;
    const handle = Number(call.syscall(LINUX.SYS_PIDFD_OPEN, pid, 0, 0, 0, 0));
    if (handle < 0) return null;
    try {
      // The handle holds on to one process: if that is the one that was meant, it is that of which we get a copy.
      if (readStartTime(pid) !== startTime) return null;
      const copy = Number(call.syscall(LINUX.SYS_PIDFD_GETFD, handle, descriptor, 0, 0, 0));
      return copy < 0 ? null : copy;
    } finally {
      closeDescriptor(this.#libc, handle);
    }
  }

  #listensAt(descriptor: number, expected: Uint8Array): boolean {
    const { call } = this.#libc;
    const listens = new Int32Array(1);
    const size = new Int32Array([4]);
    const asked = call.getsockopt(
      descriptor,
      LINUX.SOL_SOCKET,
      LINUX.SO_ACCEPTCONN,
      new Uint8Array(listens.buffer),
      new Uint8Array(size.buffer),
    );
    if (asked !== 0 || listens[0] !== 1) return false;
    const bytes = new Uint8Array(MOST_ADDRESS_BYTES);
    const length = new Int32Array([bytes.length]);
    if (call.getsockname(descriptor, bytes, new Uint8Array(length.buffer)) !== 0) return false;
    return length[0] === expected.length && expected.every((byte, index) => bytes[index] === byte);
  }

  #listening(descriptor: number, address: SocketAddress): ListeningSocket {
    const path = address.type === "unix" ? address.path : null;
    const own = path === null ? null : fileAt(path);
    const letGo = once(() => closeDescriptor(this.#libc, descriptor));
    const close = () => {
      if (path !== null && own !== null && fileAt(path)?.ino === own.ino) tryRemove(path);
      letGo();
    };
    return { descriptor, close, letGo };
  }

  #openTcp(address: SocketAddress & { type: "tcp" }): ListeningSocket {
    const descriptor = this.#boundTcp(address);
    this.#listenWith(descriptor, (errno) => tcpFailure(address, errno));
    return this.#listening(descriptor, address);
  }

  /** A socket that has the address, as far as nobody listens there, and does not listen itself. */
  #boundTcp(address: SocketAddress & { type: "tcp" }): number {
    const family = address.host.includes(":") ? LINUX.AF_INET6 : LINUX.AF_INET;
    return this.#bindTo(family, addressBytes(address), (errno) => tcpFailure(address, errno));
  }

  #openUnix(address: SocketAddress & { type: "unix" }): ListeningSocket {
    const bytes = addressBytes(address);
    const isThere = this.#checkPath(address, bytes);
    if (isThere && !tryRemove(address.path)) {
      throw failure(address, "nobody listens at the socket that is there, but it cannot be removed");
    }
    const failed = (errno: number) => failure(address, describeErrno(errno));
    const descriptor = this.#bindTo(LINUX.AF_UNIX, bytes, failed);
    this.#listenWith(descriptor, failed);
    return this.#listening(descriptor, address);
  }

  /** Whether a socket is there that nobody listens at any more; anything else that is there is somebody's. */
  #checkPath(address: SocketAddress & { type: "unix" }, bytes: Uint8Array): boolean {
    const file = fileAt(address.path);
    if (file === null) {
      const errno = whyNotWritable(folderOf(address.path));
      if (errno !== null) throw failure(address, describeErrno(errno));
      return false;
    }
    if (!file.isSocket()) throw failure(address, "there is a file, and it is no socket");
    if (this.#isLiving(bytes)) throw failure(address, `${describeHolder(address)} listens there`);
    return true;
  }

  /** Whether some process has the socket of a file, found out without a connection that it would have to accept. */
  #isLiving(bytes: Uint8Array): boolean {
    const { call } = this.#libc;
    const asking = call.socket(LINUX.AF_UNIX, LINUX.SOCK_DGRAM | LINUX.O_CLOEXEC, 0) as number;
    if (asking < 0) return true;
    // One of another type is refused otherwise than one that nobody has.
    const isRefused = call.connect(asking, bytes, bytes.length) !== 0 &&
      this.#libc.errno() === LINUX.ECONNREFUSED;
    closeDescriptor(this.#libc, asking);
    return !isRefused;
  }

  #bindTo(family: number, bytes: Uint8Array, failed: (errno: number) => ListenError): number {
    const { call } = this.#libc;
    const descriptor = call.socket(family, LINUX.SOCK_STREAM | LINUX.O_CLOEXEC, 0) as number;
    if (descriptor < 0) throw failed(this.#libc.errno());
    // Else an address could not be had again for a while after its connections were closed.
    const on = new Uint8Array(new Int32Array([1]).buffer);
    call.setsockopt(descriptor, LINUX.SOL_SOCKET, LINUX.SO_REUSEADDR, on, on.length);
    if (call.bind(descriptor, bytes, bytes.length) === 0) return descriptor;
    throw this.#closedBy(descriptor, failed);
  }

  #listenWith(descriptor: number, failed: (errno: number) => ListenError): void {
    if (this.#libc.call.listen(descriptor, BACKLOG) !== 0) throw this.#closedBy(descriptor, failed);
  }

  #closedBy(descriptor: number, failed: (errno: number) => ListenError): ListenError {
    const errno = this.#libc.errno();
    closeDescriptor(this.#libc, descriptor);
    return failed(errno);
  }
}

function addressBytes(address: SocketAddress): Uint8Array {
  return address.type === "tcp"
    ? tcpAddressBytes(address.host, address.port)
    : unixAddressBytes(new TextEncoder().encode(address.path));
}

function failure(address: SocketAddress, why: string): ListenError {
  return new ListenError(`Cannot listen at ${describeSocketAddress(address)}: ${why}`);
}

function tcpFailure(address: SocketAddress & { type: "tcp" }, errno: number): ListenError {
  const isTaken = errno === LINUX.EADDRINUSE;
  return failure(address, isTaken ? `${describeHolder(address)} listens there` : describeErrno(errno));
}

/** The error number of making a file in a folder; null if that can be done. */
function whyNotWritable(folder: string): number | null {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return Math.abs((error as { readonly errno?: number }).errno ?? LINUX.EACCES);
  }
}

function tryRemove(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

function fileAt(path: string) {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) action();
    isDone = true;
  };
}
