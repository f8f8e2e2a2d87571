import type { Socket } from "node:net";
import type { ByteSource } from "../ports/processes.ts";

/** How much may be read ahead before the other side is held back. */
const READ_AHEAD_BYTES = 256 * 1_024;

/** What comes in through a socket. */
export interface SocketSource extends ByteSource {
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

/** What comes in through a socket of node:net, read when it is asked for. */
export function socketSource(socket: Socket, flow: Flow = socketFlow): SocketSource {
  const ready: Uint8Array[] = [];
  let ahead = 0;
  let isHeld = false;
  let isDiscarding = false;
  let ended = false;
  let waiting: ((bytes: Uint8Array | null) => void) | null = null;

  const deliver = (bytes: Uint8Array | null) => {
    const resolve = waiting;
    waiting = null;
    resolve?.(bytes);
  };
  const release = () => {
    if (!isHeld) return;
    isHeld = false;
    flow.release(socket);
  };
  socket.on("data", (bytes: Uint8Array) => {
    if (isDiscarding) return;
    if (waiting !== null) return deliver(bytes);
    ready.push(bytes);
    ahead += bytes.length;
    if (ahead <= READ_AHEAD_BYTES || isHeld) return;
    isHeld = true;
    flow.hold(socket);
  });
  const end = () => {
    ended = true;
    deliver(null);
  };
  socket.on("end", end);
  socket.on("close", end);
  // A broken connection is an end; whoever needs to know more has asked for more than bytes.
  socket.on("error", end);

  return {
    read() {
      const bytes = ready.shift();
      if (bytes !== undefined) {
        ahead -= bytes.length;
        if (ahead <= READ_AHEAD_BYTES) release();
        return Promise.resolve(bytes);
      }
      if (ended) return Promise.resolve(null);
      return new Promise((resolve) => waiting = resolve);
    },
    close() {
      ready.length = 0;
      socket.destroy();
      end();
    },
    discard() {
      isDiscarding = true;
      ready.length = 0;
      release();
      end();
    },
  };
}
