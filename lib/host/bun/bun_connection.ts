/**
 * A socket of Bun as a connection. The socket takes what the system has room for, and nothing else is kept there: the rest
 * waits here.
 */
import { Queue } from "../../base/queue.ts";
import type { Connection, Peer } from "../ports/sockets.ts";
import { linger } from "../shared/linger.ts";
import { ReadAhead } from "../shared/read_ahead.ts";
import type { BunSocket } from "./bun_socket.ts";
import { gather } from "./gather.ts";

/** Bytes that wait to be written, and who is to be told when they are on their way. */
interface Waiting {
  bytes: Uint8Array;
  readonly settle: Settle | null;
}

type Settle = (isThere: boolean) => void;

/** See the module. */
export class BunConnection implements Connection {
  readonly peer: Peer | null;
  readonly identity = null;
  readonly #socket: BunSocket<BunConnection>;
  readonly #incoming: ReadAhead;
  readonly #waiting = new Queue<Waiting>();
  readonly #undrained = new Set<Settle>();
  #backlog = 0;
  /** Whether more may be given to be written. */
  #isOpen = true;
  /** What follows when all is written: the end, of this side alone or of the socket. */
  #onWritten: (() => void) | null = null;
  #hasEnded = false;
  #isClosed = false;
  #onClosed: (() => void) | null = null;
  #ending: Promise<void> | null = null;

  constructor(socket: BunSocket<BunConnection>, peer: Peer | null) {
    this.#socket = socket;
    this.peer = peer;
    this.#incoming = new ReadAhead({ hold: () => socket.pause(), release: () => socket.resume() });
  }

  get backlog(): number {
    return this.#backlog;
  }

  read(): Promise<Uint8Array | null> {
    return this.#incoming.read();
  }

  close(): void {
    this.#socket.terminate();
    this.#incoming.discard();
    this.closed();
  }

  write(bytes: Uint8Array): Promise<boolean> {
    const taken = this.#take(bytes);
    if (!this.#isOpen) return Promise.resolve(false);
    if (taken === bytes.length) return Promise.resolve(true);
    return new Promise((settle) => this.#keep(bytes.subarray(taken), settle));
  }

  send(pieces: readonly Uint8Array[]): boolean {
    // Behind what waits already they can wait as they are.
    if (this.#backlog > 0) { for (const piece of pieces) this.#keep(piece, null); }
    else for (const batch of gather(pieces)) this.#keep(batch.slice(this.#take(batch)), null);
    return this.#isOpen && this.#backlog === 0;
  }

  drained(): Promise<boolean> {
    if (!this.#isOpen) return Promise.resolve(false);
    if (this.#backlog === 0) return Promise.resolve(true);
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

  /** How many bytes the system takes now: none while something waits, which goes before. */
  #take(bytes: Uint8Array): number {
    if (!this.#isOpen || this.#backlog > 0) return 0;
    const taken = this.#socket.write(bytes);
    if (taken < 0) this.#shut();
    return Math.max(0, taken);
  }

  #keep(bytes: Uint8Array, settle: Settle | null): void {
    if (!this.#isOpen || bytes.length === 0) return;
    this.#waiting.push({ bytes, settle });
    this.#backlog += bytes.length;
  }

  /** Takes nothing more to be written. */
  #shut(): void {
    this.#isOpen = false;
    settleAll(this.#undrained, false);
  }

  /** Writes what waits, as far as there is room. */
  flush(): void {
    for (let first = this.#waiting.peek(); first !== undefined; first = this.#waiting.peek()) {
      const taken = this.#socket.write(first.bytes);
      // What came in before the other side went away can be read still; behind its end nothing comes.
      if (taken < 0) return this.#hasEnded ? this.#socket.terminate() : this.#shut();
      this.#backlog -= taken;
      first.bytes = first.bytes.subarray(taken);
      if (first.bytes.length > 0) return;
      this.#waiting.shift();
      first.settle?.(true);
    }
    settleAll(this.#undrained, true);
    const then = this.#onWritten;
    this.#onWritten = null;
    then?.();
  }

  /** Takes nothing more to be written, and goes on when all is. */
  #finish(then: () => void): void {
    this.#shut();
    this.#onWritten = then;
    this.flush();
  }

  /** Takes what has come in. */
  receive(bytes: Uint8Array): void {
    this.#incoming.push(bytes);
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
    for (let one = this.#waiting.shift(); one !== undefined; one = this.#waiting.shift()) one.settle?.(false);
    this.#backlog = 0;
    this.#onClosed?.();
  }
}

function settleAll(all: Set<Settle>, isThere: boolean): void {
  for (const settle of all) {
    all.delete(settle);
    settle(isThere);
  }
}
