import type { Socket } from "node:net";
import type { Connection } from "../ports/sockets.ts";
import { linger } from "./linger.ts";
import { type Flow, socketFlow, socketSource } from "./socket_source.ts";

type Settle = (isThere: boolean) => void;

/** A connected socket of node:net or node:tls as a connection to whoever `other` says. */
export function socketConnection(
  socket: Socket,
  other: Pick<Connection, "peer" | "identity">,
  flow: Flow = socketFlow,
): Connection {
  const source = socketSource(socket, flow);
  const unwritten = new Set<Settle>();
  const undrained = new Set<Settle>();
  let ending: Promise<void> | null = null;
  const isOpen = () => !socket.destroyed && socket.writable;
  socket.on("drain", () => settleAll(undrained, true));
  socket.on("close", () => {
    settleAll(unwritten, false);
    settleAll(undrained, false);
  });
  return {
    ...other,
    read: () => source.read(),
    close: () => source.close(),
    write: (bytes) =>
      new Promise((resolve) => {
        if (!isOpen()) return resolve(false);
        unwritten.add(resolve);
        socket.write(bytes, (error) => settle(unwritten, resolve, !error));
      }),
    send: (bytes) => isOpen() && socket.write(bytes),
    drained() {
      if (!isOpen()) return Promise.resolve(false);
      if (!socket.writableNeedDrain) return Promise.resolve(true);
      return new Promise((resolve) => undrained.add(resolve));
    },
    end: () =>
      ending ??= new Promise((resolve) => {
        if (socket.destroyed) return resolve();
        settleAll(undrained, false);
        source.discard();
        socket.once("close", () => resolve());
        socket.end(() => {
          resolve();
          if (socket.destroyed) return;
          socket.once("close", linger(() => socket.destroy()));
          socket.unref();
        });
      }),
    get backlog() {
      return socket.writableLength;
    },
  };
}

function settle(all: Set<Settle>, one: Settle, isThere: boolean): void {
  if (all.delete(one)) one(isThere);
}

function settleAll(all: Set<Settle>, isThere: boolean): void {
  for (const one of all) settle(all, one, isThere);
}
