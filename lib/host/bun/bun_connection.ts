import type { Connection, Peer } from "../ports/sockets.ts";
import { linger } from "../shared/linger.ts";
import { ReadAhead } from "../shared/read_ahead.ts";
import type { BunSocket } from "./bun_socket.ts";
import { beginTick, type Settle, WriteQueue } from "./write_queue.ts";

/** A socket of Bun as a connection. The owner of the socket tells it of its events. */
export class BunConnection implements Connection {
  readonly peer: Peer | null;
  readonly identity = null;
  readonly #socket: BunSocket<BunConnection>;
  readonly #incoming: ReadAhead;
  readonly #outgoing: WriteQueue;
  readonly #undrained = new Set<Settle>();
  /** Whether more may be given to be written. */
  #isOpen = true;
  /** The end that follows when all is written: of this side alone or of the socket. */
  #onWritten: (() => void) | null = null;
  /** Whether the other side has sent its end. */
  #hasEnded = false;
  #isClosed = false;
  #onClosed: (() => void) | null = null;
  #ending: Promise<void> | null = null;

  constructor(socket: BunSocket<BunConnection>, peer: Peer | null) {
    this.#socket = socket;
    this.peer = peer;
    this.#incoming = new ReadAhead({ hold: () => socket.pause(), release: () => socket.resume() });
    this.#outgoing = new WriteQueue((bytes) => this.#write(bytes), () => this.#written());
  }

  get backlog(): number {
    return this.#outgoing.bytes;
  }

  read(): Promise<Uint8Array | null> {
    return this.#incoming.read();
  }

  receiveWhile(onBytes: (bytes: Uint8Array) => boolean): Promise<void> {
    return this.#incoming.receiveWhile(onBytes);
  }

  write(bytes: Uint8Array): Promise<boolean> {
    if (!this.#isOpen) return Promise.resolve(false);
    return new Promise((settle) => {
      this.#outgoing.add(bytes, settle);
      this.#outgoing.flush();
    });
  }

  send(pieces: readonly Uint8Array[]): boolean {
    if (!this.#isOpen) return false;
    if (pieces.length !== 1 || !this.#outgoing.tryWrite(pieces[0]!)) {
      for (const piece of pieces) this.#outgoing.add(piece, null);
      this.#outgoing.flush();
    }
    return this.#isOpen && this.#outgoing.hasRoom;
  }

  drained(): Promise<boolean> {
    if (!this.#isOpen) return Promise.resolve(false);
    if (this.#outgoing.hasRoom) return Promise.resolve(true);
    return new Promise((resolve) => this.#undrained.add(resolve));
  }

  end(): Promise<void> {
    return this.#ending ??= new Promise((resolve) => {
      if (this.#isClosed) return resolve();
      this.#onClosed = resolve;
      this.#incoming.discard();
      this.#finish(() => {
        this.#socket.shutdown();
        this.#onClosed = linger(() => this.#socket.terminate());
        this.#socket.unref();
        resolve();
      });
    });
  }

  close(): void {
    // A write that follows another one in the same tick has not gone out yet.
    if (this.#isOpen) this.#outgoing.flushNow();
    this.#socket.terminate();
    this.#incoming.discard();
    this.closed();
  }

  /** Something has come in. */
  receive(bytes: Uint8Array): void {
    beginTick();
    this.#incoming.push(bytes);
  }

  /** The system has room again. */
  unblocked(): void {
    this.#outgoing.flushNow();
  }

  /** The other side has sent its end: it reads no more than what it was sent so far. */
  ended(): void {
    this.#hasEnded = true;
    this.#incoming.end();
    this.#finish(() => this.#socket.terminate());
  }

  /** Nothing goes over the socket any more. */
  closed(): void {
    this.#shut();
    this.#isClosed = true;
    this.#incoming.end();
    this.#outgoing.clear();
    this.#onClosed?.();
  }

  #write(bytes: Uint8Array): number {
    const taken = this.#socket.write(bytes);
    if (taken >= 0) return taken;
    this.#shut();
    // Bytes that came in before the other side went away can still be read; behind its end nothing comes.
    if (this.#hasEnded) this.#socket.terminate();
    return taken;
  }

  #written(): void {
    settleAll(this.#undrained, true);
    const then = this.#onWritten;
    this.#onWritten = null;
    then?.();
  }

  /** Takes nothing more to be written, and goes on when all is. */
  #finish(then: () => void): void {
    this.#shut();
    this.#onWritten = then;
    this.#outgoing.flushNow();
  }

  #shut(): void {
    this.#isOpen = false;
    settleAll(this.#undrained, false);
  }
}

function settleAll(all: Set<Settle>, isThere: boolean): void {
  for (const settle of all) {
    all.delete(settle);
    settle(isThere);
  }
}
