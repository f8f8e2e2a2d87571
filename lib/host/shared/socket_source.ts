import type { Socket } from "node:net";
import type { ByteSource } from "../ports/processes.ts";
import type { Connection } from "../ports/sockets.ts";
import { ReadAhead } from "./read_ahead.ts";

/** The bytes that come in through a socket. */
export interface SocketSource extends ByteSource, Pick<Connection, "receiveWhile"> {
  /** Ends the source, but leaves the socket open: what still comes in is dropped. */
  discard(): void;
}

/** How the other side of a socket is held back, and let go on. */
export interface Flow {
  hold(socket: Socket): void;
  release(socket: Socket): void;
}

/** As sockets are meant to be held back. */
export const socketFlow: Flow = {
  hold: (socket) => void socket.pause(),
  release: (socket) => void socket.resume(),
};

/** The bytes that come in through a socket of node:net, read when they are asked for. */
export function socketSource(socket: Socket, flow: Flow = socketFlow): SocketSource {
  const ahead = new ReadAhead({ hold: () => flow.hold(socket), release: () => flow.release(socket) });
  const end = () => ahead.end();
  socket.on("data", (bytes: Uint8Array) => ahead.push(bytes));
  socket.on("end", end);
  socket.on("close", end);
  // A broken connection is an end; a reader that needs to know more has asked for more than bytes.
  socket.on("error", end);
  return {
    read: () => ahead.read(),
    receiveWhile: (onBytes) => ahead.receiveWhile(onBytes),
    close() {
      socket.destroy();
      ahead.discard();
    },
    discard: () => ahead.discard(),
  };
}
