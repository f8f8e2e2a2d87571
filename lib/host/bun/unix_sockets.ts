import type { UnixCalls } from "../linux/unix_calls.ts";
import type { Connection, Listener, Sockets } from "../ports/sockets.ts";
import { isName, pathOf } from "../shared/socket_names.ts";
import { clearPlace, keepForOwner } from "../shared/socket_place.ts";
import { BunConnection } from "./bun_connection.ts";
import { type BunHandlers, bunNet, type BunServer } from "./bun_socket.ts";

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
  async listen(
    address: string,
    onConnection: (connection: Connection) => void,
    reached = address,
  ): Promise<Listener> {
    if (!isName(address)) clearPlace(reached);
    const server = listenAt(pathOf(address), this.#handlers(onConnection));
    const close = () => void server.stop();
    if (!isName(address)) keepForOwner(address, reached, close);
    return { close };
  }

  async connect(address: string): Promise<Connection | null> {
    const fd = this.#calls.connect(pathOf(address));
    if (fd === null) return null;
    const socket = this.#handlers(() => {});
    return (await bunNet().connect({ fd, allowHalfOpen: true, socket })).data;
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
