/**
 * Where an actor listens: `@NAME` is a name in the kernel, `tcp://HOST:PORT` a port that takes TLS connections with a
 * certificate on both sides, anything else the path of a Unix socket.
 */
import { fromPromise } from "../../bridge/from_promise.ts";
import type { ActorHost } from "../../host/ports/host.ts";
import type { Connection, Listener } from "../../host/ports/sockets.ts";
import { ConnectError, type TlsCredentials } from "../../host/ports/tcp.ts";
import { TransportClosed } from "../errors.ts";

const SCHEME = "tcp://";

interface Port {
  readonly host: string;
  readonly port: number;
}

/** Whether it may be that of another machine. */
export function isTcp(address: string): boolean {
  return address.startsWith(SCHEME);
}

/** Something that listens, and the address under which it can be reached. */
export interface AddressedListener {
  readonly listener: Listener;
  readonly address: string;
}

/** Listens at an address. @throws {TypeError} If it is TCP and there are no credentials. */
export async function listenAt(
  host: ActorHost,
  address: string,
  tls: TlsCredentials | null,
  onConnection: (connection: Connection) => void,
): Promise<AddressedListener> {
  if (!isTcp(address)) {
    return { listener: await fromPromise(host.sockets.listen(address, onConnection)), address };
  }
  const port = portOf(address);
  const options = { ...port, tls: requireTls(address, tls) };
  const listener = await fromPromise(host.tcp.listen(options, onConnection));
  return { listener, address: `${SCHEME}${port.host}:${listener.port}` };
}

/** Connects to an address. @throws {TransportClosed} If nobody listens there, or not somebody to be trusted. */
export async function connectTo(
  host: ActorHost,
  address: string,
  tls: TlsCredentials | null,
): Promise<Connection> {
  if (!isTcp(address)) {
    const connection = await fromPromise(host.sockets.connect(address));
    if (connection === null) throw new TransportClosed(null, `nobody listens at ${address}`);
    return connection;
  }
  try {
    return await fromPromise(host.tcp.connect({ ...portOf(address), tls: requireTls(address, tls) }));
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    throw new TransportClosed(null, error.message, null, { cause: error });
  }
}

function portOf(address: string): Port {
  const match = /^tcp:\/\/(\[[^\]]+\]|[^:/]+):(\d+)$/.exec(address);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    throw new TypeError(`"${address}" is no address: it is tcp://HOST:PORT`);
  }
  return { host: match[1]!.replace(/^\[|\]$/g, ""), port };
}

/** A connection over a network is for holders of a certificate alone: nothing else tells who they are. */
function requireTls(address: string, tls: TlsCredentials | null): TlsCredentials {
  if (tls !== null) return tls;
  throw new TypeError(`Cannot use ${address} without credentials: pass tls: { cert, key, ca }`);
}
