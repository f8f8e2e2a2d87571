import { chmodSync, rmSync } from "node:fs";
import type { Connection, HeldName, Listener, Peer, Sockets } from "../ports/sockets.ts";
import { abstractPath, isName, pathOf } from "../shared/socket_names.ts";
import { BunConnection } from "./bun_connection.ts";
import { type BunHandlers, bunNet, type BunServer, type BunSocket } from "./bun_socket.ts";

/** Of whoever connects only to be told who is there, or to tell it. */
const SILENT: BunHandlers<undefined> = { binaryType: "uint8array", data: () => {}, error: () => {} };

/** Unix sockets of Bun itself: node:net, which stands on them, takes milliseconds to load. */
export class UnixSockets implements Sockets {
  readonly #peerOf: (descriptor: number) => Peer | null;

  /** @param peerOf Asks the kernel who is at the other end of a socket. */
  constructor(peerOf: (descriptor: number) => Peer | null) {
    this.#peerOf = peerOf;
  }

  // deno-lint-ignore require-await -- What it throws must be a rejection.
  async listen(address: string, onConnection: (connection: Connection) => void): Promise<Listener> {
    if (!isName(address)) rmSync(address, { force: true });
    const server = listenAt(pathOf(address), this.#handlers(onConnection));
    if (!isName(address)) chmodSync(address, 0o600);
    return { close: () => server.stop() };
  }

  async connect(address: string): Promise<Connection | null> {
    return (await connectTo(pathOf(address), this.#handlers(() => {})))?.data ?? null;
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

  async holderOf(name: string): Promise<Peer | null> {
    let peer: Peer | null = null;
    const open = (socket: BunSocket<undefined>) => void (peer = this.#peerOf(socket.fd));
    const socket = await connectTo(abstractPath(name), { ...SILENT, open });
    socket?.terminate();
    return peer;
  }

  #handlers(onConnection: (connection: Connection) => void): BunHandlers<BunConnection> {
    return {
      binaryType: "uint8array",
      open: (socket) => {
        socket.data = new BunConnection(socket, this.#peerOf(socket.fd));
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

/** Null if nobody listens there. */
async function connectTo<Data>(unix: string, socket: BunHandlers<Data>): Promise<BunSocket<Data> | null> {
  try {
    return await bunNet().connect({ unix, allowHalfOpen: true, socket });
  } catch {
    return null;
  }
}
