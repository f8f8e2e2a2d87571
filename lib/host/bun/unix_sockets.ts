import type { UnixCalls } from "../linux/unix_calls.ts";
import type { Connection, HeldName, Listener, Peer, Sockets } from "../ports/sockets.ts";
import { nodeFs } from "../shared/lazy_node.ts";
import { abstractPath, isName, pathOf } from "../shared/socket_names.ts";
import { BunConnection } from "./bun_connection.ts";
import { type BunHandlers, bunNet, type BunServer } from "./bun_socket.ts";

/** Of whoever connects only to be told who is there. */
const SILENT: BunHandlers<undefined> = { binaryType: "uint8array", data: () => {}, error: () => {} };

/**
 * Unix sockets of Bun itself: node:net, which stands on them, takes milliseconds to load. To connect is left to the kernel:
 * Bun takes a connection whose other side has hung up at once for none, and drops what was said.
 */
export class UnixSockets implements Sockets {
  readonly #calls: UnixCalls;

  constructor(calls: UnixCalls) {
    this.#calls = calls;
  }

  // deno-lint-ignore require-await -- What it throws must be a rejection.
  async listen(address: string, onConnection: (connection: Connection) => void): Promise<Listener> {
    if (!isName(address)) nodeFs().rmSync(address, { force: true });
    const server = listenAt(pathOf(address), this.#handlers(onConnection));
    if (!isName(address)) nodeFs().chmodSync(address, 0o600);
    return { close: () => server.stop() };
  }

  async connect(address: string): Promise<Connection | null> {
    const fd = this.#calls.connect(pathOf(address));
    if (fd === null) return null;
    const socket = this.#handlers(() => {});
    return (await bunNet().connect({ fd, allowHalfOpen: true, socket })).data;
  }

  // deno-lint-ignore require-await -- What it throws must be a rejection.
  async holdName(name: string): Promise<HeldName | null> {
    try {
      // Whoever connects only wants to be told who holds the name, which the kernel does, and then hangs up: to be hung up
      // on before it has looked would look to it as if nobody were there.
      const server = listenAt(abstractPath(name), { ...SILENT, open: (socket) => socket.shutdown() });
      server.unref();
      return { release: () => server.stop() };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return null;
      throw error;
    }
  }

  holderOf(name: string): Promise<Peer | null> {
    const descriptor = this.#calls.connect(abstractPath(name));
    if (descriptor === null) return Promise.resolve(null);
    const peer = this.#calls.peerOf(descriptor);
    this.#calls.close(descriptor);
    return Promise.resolve(peer);
  }

  #handlers(onConnection: (connection: Connection) => void): BunHandlers<BunConnection> {
    return {
      binaryType: "uint8array",
      open: (socket) => {
        socket.data = new BunConnection(socket, this.#calls.peerOf(socket.fd));
        onConnection(socket.data);
      },
      data: (socket, bytes) => socket.data.receive(bytes),
      drain: (socket) => socket.data.unblocked(),
      end: (socket) => socket.data.ended(),
      close: (socket) => socket.data.closed(),
      // The close that follows tells enough.
      error: () => {},
    };
  }
}

function listenAt<Data>(unix: string, socket: BunHandlers<Data>): BunServer {
  return bunNet().listen({ unix, allowHalfOpen: true, socket });
}
