import type { Socket } from "node:net";
import type { UnixCalls } from "../linux/unix_calls.ts";
import type { Connection, Listener, Sockets } from "../ports/sockets.ts";
import { nodeNet } from "../shared/lazy_node.ts";
import { socketConnection } from "../shared/socket_connection.ts";
import { isName, pathOf } from "../shared/socket_names.ts";
import { clearPlace, keepForOwner } from "../shared/socket_place.ts";
import { acceptAll } from "./accept_all.ts";

type Calls = Omit<UnixCalls, "connect">;

/**
 * Unix sockets on Deno, through node:net: its own tell no descriptor, by which the kernel could be asked who is at the other
 * end.
 */
export class UnixSockets implements Sockets {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  // deno-lint-ignore require-await -- What it throws must be a rejection.
  async listen(
    address: string,
    onConnection: (connection: Connection) => void,
    reached = address,
  ): Promise<Listener> {
    if (!isName(address)) clearPlace(reached);
    const { Socket } = nodeNet();
    const listener = this.#calls.listen(pathOf(address));
    const stop = acceptAll(this.#calls, listener, (fd) => {
      onConnection(this.#connectionOf(new Socket({ fd, readable: true, writable: true })));
    });
    if (isName(address)) return { close: stop };
    keepForOwner(address, reached, stop);
    const close = () => {
      clearPlace(reached);
      stop();
    };
    return { close };
  }

  connect(address: string): Promise<Connection | null> {
    return new Promise((resolve) => {
      const socket = nodeNet().connect({ path: pathOf(address) });
      socket.once("connect", () => resolve(this.#connectionOf(socket)));
      socket.once("error", () => resolve(null));
    });
  }

  #connectionOf(socket: Socket): Connection {
    const peer = this.#calls.peerOf(descriptorOf(socket));
    const connection = socketConnection(socket, { peer, identity: null });
    this.#keepLastWords(socket);
    return connection;
  }

  /**
   * A write to a client that has gone destroys a socket of node:net with its unread bytes. So these are read first.
   */
  #keepLastWords(socket: Socket): void {
    const destroy = socket._destroy;
    socket._destroy = (error, done) => {
      if (error !== null) this.#handUnread(socket);
      destroy.call(socket, error, done);
    };
  }

  #handUnread(socket: Socket): void {
    // To be read is to be handed over, also what was held back.
    while (socket.read() !== null);
    for (const bytes of this.#calls.readPending(descriptorOf(socket))) socket.emit("data", bytes);
  }
}

function descriptorOf(socket: Socket): number {
  return (socket as unknown as { _handle?: { fd?: number } })._handle?.fd ?? -1;
}
