/** TCP connections of other processes: found in /proc, and closed by SOCK_DESTROY of the kernel's socket diagnosis. */
import type { Connections } from "../ports/connections.ts";
import type { ProcessId } from "../ports/processes.ts";
import { tryList, tryRead, tryReadLink, withDescriptor } from "./kernel_files.ts";
import { type Libc, LINUX } from "./libc.ts";
import { readPids, readStartTime } from "./proc.ts";

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const NETLINK_SOCK_DIAG = 4;
const SOCK_DESTROY = 21;
const NLM_F_REQUEST = 1;
const NLM_F_ACK = 4;
const IPPROTO_TCP = 6;
const EPERM = 1;

const HEADER_BYTES = 16;
const REQUEST_BYTES = 56;
const MESSAGE_BYTES = HEADER_BYTES + REQUEST_BYTES;
/** The answer is a header, an error number, and the header of the request. */
const ANSWER_BYTES = 1_024;

/** Connections in these states have two ends: ESTABLISHED and CLOSE_WAIT, as the kernel's tables have them. */
const CUTTABLE = new Set(["01", "08"]);

/** A connection, as the kernel's tables have it. */
export interface ConnectionLine {
  readonly family: "AF_INET" | "AF_INET6";
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly inode: string;
}

interface Endpoint {
  /** Four or sixteen bytes, as they go over the network. */
  readonly address: Uint8Array;
  readonly port: number;
}

/** A connection that there is not: to close it shows whether any could be closed. */
const NO_CONNECTION: ConnectionLine = {
  family: "AF_INET",
  local: { address: new Uint8Array([127, 0, 0, 1]), port: 0 },
  remote: { address: new Uint8Array([127, 0, 0, 1]), port: 0 },
  inode: "",
};

/** See the module. */
export class LinuxConnections implements Connections {
  readonly #libc: Libc;

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  whyNotCut(): string | null {
    const errno = this.#destroy([NO_CONNECTION])[0]!;
    if (errno === 0 || errno === LINUX.ENOENT) return null;
    return errno === EPERM
      ? "only root may close connections of others"
      : "this kernel closes none for others";
  }

  countOf(processes: readonly ProcessId[]): number {
    return this.#of(processes).length;
  }

  cut(processes: readonly ProcessId[]): number {
    return this.#destroy(this.#of(processes)).filter((errno) => errno === 0).length;
  }

  /** Those of processes in our own network: the kernel looks for others there. */
  #of(processes: readonly ProcessId[]): readonly ConnectionLine[] {
    const network = tryReadLink("/proc/self/ns/net");
    const own = new Set(
      processes.filter(({ pid }) => tryReadLink(`/proc/${pid}/ns/net`) === network).flatMap((process) => {
        const inodes = socketsOf(process.pid);
        // The number may have become another's meanwhile: then these are not the sockets of the one that is meant.
        return readStartTime(process.pid) === process.startTime ? inodes : [];
      }),
    );
    if (own.size === 0) return [];
    const found = (["AF_INET", "AF_INET6"] as const).flatMap((family) => {
      const file = family === "AF_INET" ? "tcp" : "tcp6";
      return connectionsIn(tryRead(`/proc/self/net/${file}`) ?? "", family)
        .filter(({ inode }) => own.has(inode));
    });
    if (found.length === 0) return [];
    const pids = new Set(processes.map(({ pid }) => pid));
    const others = new Set(readPids().filter((pid) => !pids.has(pid)).flatMap(socketsOf));
    return found.filter(({ inode }) => !others.has(inode));
  }

  /** @returns The error number of each; 0 for those that are closed. */
  #destroy(connections: readonly ConnectionLine[]): readonly number[] {
    const { call } = this.#libc;
    if (connections.length === 0) return [];
    const type = SOCK_RAW | LINUX.O_NONBLOCK | LINUX.O_CLOEXEC;
    const descriptor = withDescriptor(() => call.socket(AF_NETLINK, type, NETLINK_SOCK_DIAG) as number);
    if (descriptor < 0) return connections.map(() => this.#libc.errno());
    try {
      return connections.map((connection) => {
        const message = destroyMessage(connection);
        const answer = new Uint8Array(ANSWER_BYTES);
        if (Number(call.write(descriptor, message, BigInt(message.length))) < 0) return this.#libc.errno();
        if (Number(call.read(descriptor, answer, BigInt(answer.length))) < 0) return this.#libc.errno();
        return -new DataView(answer.buffer).getInt32(HEADER_BYTES, true);
      });
    } finally {
      call.close(descriptor);
    }
  }
}

/** The inodes of the sockets that a process has open. */
function socketsOf(pid: number): readonly string[] {
  return tryList(`/proc/${pid}/fd`).flatMap((descriptor) =>
    /^socket:\[(\d+)\]$/.exec(tryReadLink(`/proc/${pid}/fd/${descriptor}`) ?? "")?.[1] ?? []
  );
}

/** The connections in a table such as /proc/net/tcp. */
export function connectionsIn(text: string, family: ConnectionLine["family"]): readonly ConnectionLine[] {
  return text.split("\n").slice(1).flatMap((line): readonly ConnectionLine[] => {
    const fields = line.trim().split(/\s+/);
    const [local, remote, state, inode] = [fields[1], fields[2], fields[3], fields[9]];
    if (local === undefined || remote === undefined || inode === undefined) return [];
    if (!CUTTABLE.has(state!) || inode === "0") return [];
    return [{ family, local: endpointOf(local), remote: endpointOf(remote), inode }];
  });
}

/** Addresses are words of 32 bits in the order of the machine, which is little-endian on all that are supported. */
function endpointOf(text: string): Endpoint {
  const [words = "", port = ""] = text.split(":");
  const bytes = (words.match(/../g) ?? []).map((byte) => parseInt(byte, 16));
  const address = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at += 4) address.set(bytes.slice(at, at + 4).reverse(), at);
  return { address, port: parseInt(port, 16) };
}

/** A request with an `inet_diag_req_v2` that names one connection, whatever its cookie. */
function destroyMessage({ family, local, remote }: ConnectionLine): Uint8Array {
  const bytes = new Uint8Array(MESSAGE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MESSAGE_BYTES, true);
  view.setUint16(4, SOCK_DESTROY, true);
  view.setUint16(6, NLM_F_REQUEST | NLM_F_ACK, true);
  bytes[HEADER_BYTES] = LINUX[family];
  bytes[HEADER_BYTES + 1] = IPPROTO_TCP;
  view.setUint32(HEADER_BYTES + 4, 0xffffffff, true);
  const id = HEADER_BYTES + 8;
  view.setUint16(id, local.port, false);
  view.setUint16(id + 2, remote.port, false);
  bytes.set(local.address, id + 4);
  bytes.set(remote.address, id + 20);
  view.setUint32(id + 40, 0xffffffff, true);
  view.setUint32(id + 44, 0xffffffff, true);
  return bytes;
}
