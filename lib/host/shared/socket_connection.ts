import type { Socket } from "node:net";
import { concatBytes } from "../../base/bytes.ts";
import { giveBack, isGivenAway } from "../../base/own_memory.ts";
import type { Connection } from "../ports/sockets.ts";
import { linger } from "./linger.ts";
import { type Flow, socketFlow, socketSource } from "./socket_source.ts";

/** From this length on a piece is written by itself, and not copied to go with others. */
const LONG_PIECE_BYTES = 8 * 1_024;

type Settle = (isThere: boolean) => void;

/** A connected socket of node:net or node:tls as a connection to `other`. */
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
    receiveWhile: (onBytes) => source.receiveWhile(onBytes),
    close: () => source.close(),
    write: (bytes) =>
      new Promise((resolve) => {
        if (!isOpen()) return resolve(false);
        unwritten.add(resolve);
        socket.write(bytes, (error) => settle(unwritten, resolve, !error));
      }),
    send(pieces) {
      let hasRoom = isOpen();
      for (const part of hasRoom ? together(pieces) : []) {
        hasRoom = isGivenAway(part)
          ? socket.write(part, (error) => error ? undefined : giveBack(part))
          : socket.write(part);
      }
      return hasRoom && isOpen();
    },
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

/** Pieces with the short ones put together: each write costs more than a short copy. */
function* together(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  let short: Uint8Array[] = [];
  for (const piece of pieces) {
    if (piece.length < LONG_PIECE_BYTES) {
      short.push(piece);
      continue;
    }
    if (short.length > 0) yield concatBytes(short);
    yield piece;
    short = [];
  }
  if (short.length > 0) yield concatBytes(short);
}

function settle(all: Set<Settle>, one: Settle, isThere: boolean): void {
  if (all.delete(one)) one(isThere);
}

function settleAll(all: Set<Settle>, isThere: boolean): void {
  for (const one of all) settle(all, one, isThere);
}
