import { chmodSync, rmSync } from "node:fs";
import { connect as netConnect, createServer, type Server, type Socket } from "node:net";
import type { Connection, HeldName, Listener, Peer, Sockets } from "../ports/sockets.ts";
import { socketConnection } from "./socket_connection.ts";

/** Unix sockets through node:net, which is the same on both runtimes. */
export class UnixSockets implements Sockets {
  readonly #peerOf: (descriptor: number) => Peer | null;

  /** @param peerOf Asks the kernel who is at the other end of a socket. */
  constructor(peerOf: (descriptor: number) => Peer | null) {
    this.#peerOf = peerOf;
  }

  async listen(address: string, onConnection: (connection: Connection) => void): Promise<Listener> {
    const server = createServer((socket) => onConnection(this.#connectionOf(socket)));
    if (isName(address)) {
      await listening(server, pathOf(address));
    } else {
      rmSync(address, { force: true });
      await listening(server, address);
      chmodSync(address, 0o600);
    }
    return { close: () => void server.close() };
  }

  connect(address: string): Promise<Connection | null> {
    return new Promise((resolve) => {
      const socket = netConnect({ path: pathOf(address) });
      socket.once("connect", () => resolve(this.#connectionOf(socket)));
      socket.once("error", () => resolve(null));
    });
  }

  async holdName(name: string): Promise<HeldName | null> {
    // Whoever connects only wants to be told who holds the name, which the kernel does.
    const server = createServer((socket) => socket.end());
    try {
      await listening(server, abstract(name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return null;
      throw error;
    }
    server.unref();
    return { release: () => void server.close() };
  }

  holderOf(name: string): Promise<Peer | null> {
    return new Promise((resolve) => {
      const socket = netConnect({ path: abstract(name) });
      socket.once("connect", () => {
        const peer = this.#peerOf(descriptorOf(socket));
        socket.destroy();
        resolve(peer);
      });
      socket.once("error", () => resolve(null));
    });
  }

  #connectionOf(socket: Socket): Connection {
    return socketConnection(socket, { peer: this.#peerOf(descriptorOf(socket)), identity: null });
  }
}

function isName(address: string): boolean {
  return address.startsWith("@");
}

/** An address as node:net takes it. */
function pathOf(address: string): string {
  return isName(address) ? abstract(address.slice(1)) : address;
}

/** Names of this kind exist in the kernel alone: they need no file, and a crash leaves none behind. */
function abstract(name: string): string {
  return `\0${name}`;
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ path }, () => {
      server.off("error", reject);
      server.on("error", () => {});
      resolve();
    });
  });
}

function descriptorOf(socket: Socket): number {
  return (socket as unknown as { _handle?: { fd?: number } })._handle?.fd ?? -1;
}
