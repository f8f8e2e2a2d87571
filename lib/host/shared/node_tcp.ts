import type { AddressInfo, Server, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Connection } from "../ports/sockets.ts";
import {
  ConnectError,
  type Tcp,
  type TcpConnectOptions,
  type TcpListener,
  type TcpOptions,
  type TlsCredentials,
} from "../ports/tcp.ts";
import { connectErrorOf } from "./connect_errors.ts";
import { nodeNet, nodeTls } from "./lazy_node.ts";
import { socketConnection } from "./socket_connection.ts";
import { type Flow, socketFlow } from "./socket_source.ts";
import { checkCredentials } from "./tls_credentials.ts";

const HANDSHAKE_MS = 10_000;

/** Connections of one listener: strangers can have so many before they have proved a name. */
const MOST_CONNECTIONS = 1_024;

/** TCP and TLS through the modules of Node, which are the same on both runtimes but for how TLS is held back. */
export class NodeTcp implements Tcp {
  readonly #tlsFlow: Flow;

  /** @param tlsFlow Holds back the other side of a connection with TLS. */
  constructor(tlsFlow: Flow) {
    this.#tlsFlow = tlsFlow;
  }

  async listen(options: TcpOptions, onConnection: (connection: Connection) => void): Promise<TcpListener> {
    let isClosed = false;
    const accept = (socket: Socket) => {
      const connection = isClosed ? null : this.#connectionOf(socket, options);
      if (connection !== null) return onConnection(connection);
      socket.on("error", () => {});
      socket.destroy();
    };
    const server = options.tls === null
      ? nodeNet().createServer(accept)
      : tlsServer(options, options.tls, accept);
    server.maxConnections = MOST_CONNECTIONS;
    await listening(server, options);
    const close = () => {
      isClosed = true;
      server.close();
    };
    return { port: (server.address() as AddressInfo).port, close };
  }

  // deno-lint-ignore require-await -- What it throws must be a rejection.
  async connect(options: TcpConnectOptions): Promise<Connection> {
    const { tls, handshakeMs = HANDSHAKE_MS } = options;
    const socket = tls === null ? nodeNet().connect(addressOf(options)) : tlsClient(options, tls);
    return new Promise((resolve, reject) => {
      const fail = (error: ConnectError) => {
        clearTimeout(timer);
        socket.destroy();
        reject(error);
      };
      const onError = (error: Error) => fail(connectErrorOf(error, options));
      const onClose = () => fail(connectErrorOf(new Error("the server has hung up"), options));
      const timer = setTimeout(() => fail(timedOut(options)), handshakeMs);
      socket.on("error", onError);
      socket.on("close", onClose);
      socket.once(tls === null ? "connect" : "secureConnect", () => {
        const connection = this.#connectionOf(socket, options);
        if (connection === null) return fail(unnamed(options));
        clearTimeout(timer);
        socket.off("error", onError);
        socket.off("close", onClose);
        resolve(connection);
      });
    });
  }

  /** A socket that is through as a connection; null if TLS is wanted and the other side has not proved a name. */
  #connectionOf(socket: Socket, { tls }: TcpOptions): Connection | null {
    const identity = tls === null ? null : identityOf(socket as TLSSocket);
    if (tls !== null && identity === null) return null;
    socket.setNoDelay(true);
    return socketConnection(socket, { peer: null, identity }, tls === null ? socketFlow : this.#tlsFlow);
  }
}

function tlsServer(
  { handshakeMs = HANDSHAKE_MS }: TcpOptions,
  tls: TlsCredentials,
  accept: (socket: TLSSocket) => void,
): Server {
  const server = nodeTls().createServer({
    ...secured(tls),
    requestCert: true,
    handshakeTimeout: handshakeMs,
  }, accept);
  // A client that is late is reported, but not hung up on.
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return server;
}

function tlsClient(options: TcpConnectOptions, tls: TlsCredentials): TLSSocket {
  const name = options.serverName ?? options.host;
  const { connect, checkServerIdentity } = nodeTls();
  return connect({
    ...addressOf(options),
    ...secured(tls),
    // TLS itself asks for servers by name only.
    ...(nodeNet().isIP(name) === 0 ? { servername: name } : {}),
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
  });
}

/** The options that both sides use. @throws {ConnectError} `bad-credentials` */
function secured(tls: TlsCredentials) {
  const { cert, key, ca } = checkCredentials(tls);
  return { cert, key, ca, rejectUnauthorized: true, minVersion: "TLSv1.3", maxVersion: "TLSv1.3" } as const;
}

function identityOf(socket: TLSSocket): string | null {
  const name: unknown = socket.authorized ? socket.getPeerCertificate()?.subject?.CN : null;
  return typeof name === "string" && name !== "" ? name : null;
}

function listening(server: Server, { host, port }: TcpOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      server.on("error", () => {});
      resolve();
    });
  });
}

function addressOf({ host, port }: TcpOptions) {
  return { host, port };
}

function timedOut({ host, port }: TcpOptions): ConnectError {
  return new ConnectError("timed-out", `Cannot connect to ${host}:${port}: it takes too long`);
}

function unnamed({ host, port }: TcpOptions): ConnectError {
  const why = "the server's certificate has no common name";
  return new ConnectError("not-trusted", `Cannot connect to ${host}:${port}: ${why}`);
}
