/**
 * The port to TCP, with TLS or without.
 *
 * With TLS both sides prove who they are: TLS 1.3, and a certificate on either side that `ca` has issued. A client is
 * through before the server has looked at its certificate: one that the server turns down is connected, and reads the end
 * at once.
 *
 * An end tells nothing about how it came: that the other side has closed, that somebody between has cut the connection
 * without TLS's own farewell, or that it was reset, all read as null on both runtimes. A protocol that must know whether
 * it got everything needs a farewell of its own.
 */
import type { Connection, Listener } from "./sockets.ts";

/** How one side proves who it is, and whom it believes. All are PEM texts. */
export interface TlsCredentials {
  /** This side's certificate, followed by those between it and the authority, if there are any. */
  readonly cert: string;
  readonly key: string;
  /** The authorities, one or several, that may have issued the certificate of the other side. */
  readonly ca: string;
}

/** Options of a listener and of a client. */
export interface TcpOptions {
  readonly host: string;
  readonly port: number;
  /** Null for plain TCP, which anybody on the way can read and change. */
  readonly tls: TlsCredentials | null;
  /**
   * How long it may take until both sides know each other.
   *
   * @default 10_000
   */
  readonly handshakeMs?: number;
}

/** How a connection is made. */
export interface TcpConnectOptions extends TcpOptions {
  /**
   * The name or the IP address that the server's certificate must be for.
   *
   * @default The host.
   */
  readonly serverName?: string;
}

/** Accepts connections on a port. */
export interface TcpListener extends Listener {
  /** The port that it is; the system has chosen it if 0 was asked for. */
  readonly port: number;
}

/**
 * Why there is no connection:
 *
 * - `refused`: nobody listens there
 * - `unreachable`: there is no way to the host
 * - `unknown-host`: the name of the host means nothing
 * - `timed-out`: it took longer than it may
 * - `not-trusted`: the server's certificate is not by an authority of `ca`, or not valid now
 * - `wrong-name`: the server's certificate is for another name
 * - `no-agreement`: the server does not speak TLS 1.3, or has broken off
 * - `bad-credentials`: `cert`, `key` and `ca` are not PEM texts that belong together
 * - `failed`: anything else
 */
export type ConnectFailure =
  | "refused"
  | "unreachable"
  | "unknown-host"
  | "timed-out"
  | "not-trusted"
  | "wrong-name"
  | "no-agreement"
  | "bad-credentials"
  | "failed";

/** There is no connection, or none can be had. */
export class ConnectError extends Error {
  override readonly name = "ConnectError";
  readonly code: ConnectFailure;

  constructor(code: ConnectFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Connects and listens. Small writes are not held back. */
export interface Tcp {
  /**
   * Listens. With TLS, a client that does not prove itself in time, by a certificate with a common name, is closed and never
   * handed over.
   *
   * @throws {ConnectError} `bad-credentials`
   * @throws With the system's code, such as `EADDRINUSE`, if the port cannot be had.
   */
  listen(options: TcpOptions, onConnection: (connection: Connection) => void): Promise<TcpListener>;
  /** @throws {ConnectError} */
  connect(options: TcpConnectOptions): Promise<Connection>;
}
