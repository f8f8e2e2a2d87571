import type { Connection } from "../ports/sockets.ts";
import {
  ConnectError,
  type Tcp,
  type TcpConnectOptions,
  type TcpListener,
  type TcpOptions,
} from "../ports/tcp.ts";
import { connectionPair } from "./connection_pair.ts";

/** The first port that is given to who asks for any. */
const FIRST_FREE = 49_152;

/** TCP in memory, whatever the name of the host. There is no TLS: who asks for it sees `identity` at the other end. */
export class FakeTcp implements Tcp {
  /** The name of the other end of a connection with TLS. */
  identity = "fake";
  readonly #listening = new Map<number, (options: TcpOptions) => Connection>();
  #nextFree = FIRST_FREE;

  // deno-lint-ignore require-await -- What it throws must be a rejection.
  async listen(options: TcpOptions, onConnection: (connection: Connection) => void): Promise<TcpListener> {
    const port = options.port === 0 ? this.#nextFree++ : options.port;
    if (this.#listening.has(port)) {
      throw Object.assign(new Error(`port ${port} is taken`), { code: "EADDRINUSE" });
    }
    this.#listening.set(port, ({ tls }) => {
      const [here, there] = connectionPair({ identity: tls === null ? null : this.identity });
      onConnection(there);
      return here;
    });
    return { port, close: () => void this.#listening.delete(port) };
  }

  // deno-lint-ignore require-await -- What it throws must be a rejection.
  async connect(options: TcpConnectOptions): Promise<Connection> {
    const accept = this.#listening.get(options.port);
    if (accept !== undefined) return accept(options);
    const { host, port } = options;
    throw new ConnectError("refused", `Cannot connect to ${host}:${port}: nobody listens there`);
  }
}
