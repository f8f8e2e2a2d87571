/** Connections between the tasks of one test: like Unix sockets, with a peer that the test chooses. */
import type { Connection, Peer } from "../../lib/host/ports/sockets.ts";

/** What fits into the buffer of one direction, until somebody reads. */
const DEFAULT_CAPACITY = 64 * 1_024;

/** One direction of a connection. */
class Pipe {
  readonly #capacity: number;
  readonly #chunks: Uint8Array[] = [];
  readonly #blocked: { readonly bytes: Uint8Array; readonly resolve: (written: boolean) => void }[] = [];
  #reader: ((bytes: Uint8Array | null) => void) | null = null;
  #buffered = 0;
  #isClosed = false;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Bytes that writers wait with. */
  get waiting(): number {
    return this.#blocked.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  write(bytes: Uint8Array): Promise<boolean> {
    if (this.#isClosed) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#blocked.push({ bytes, resolve });
      this.#move();
    });
  }

  read(): Promise<Uint8Array | null> {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#buffered -= chunk.length;
      this.#move();
      return Promise.resolve(chunk);
    }
    if (this.#isClosed) return Promise.resolve(null);
    return new Promise((resolve) => this.#reader = resolve);
  }

  /** Nothing more is written; what is in the buffer can still be read, unless the reader itself has closed. */
  close(byReader: boolean): void {
    this.#isClosed = true;
    if (byReader) this.#chunks.length = 0;
    for (const { resolve } of this.#blocked.splice(0)) resolve(false);
    this.#hand(null);
  }

  #move(): void {
    while (this.#blocked.length > 0 && this.#buffered < this.#capacity) {
      const { bytes, resolve } = this.#blocked.shift()!;
      resolve(true);
      if (this.#reader !== null) this.#hand(bytes);
      else {
        this.#chunks.push(bytes);
        this.#buffered += bytes.length;
      }
    }
  }

  #hand(bytes: Uint8Array | null): void {
    const reader = this.#reader;
    this.#reader = null;
    reader?.(bytes);
  }
}

/** How a pair of connections is made. */
export interface PairOptions {
  /** Who the server sees. */
  readonly peer?: Peer | null;
  /** Bytes that fit into each direction before a writer waits. */
  readonly capacity?: number;
}

/** Both ends of a connection: the client's and the server's. */
export function connectionPair(options: PairOptions = {}): readonly [Connection, Connection] {
  const capacity = options.capacity ?? DEFAULT_CAPACITY;
  const up = new Pipe(capacity);
  const down = new Pipe(capacity);
  return [connectionOf(down, up, null), connectionOf(up, down, options.peer ?? null)];
}

function connectionOf(incoming: Pipe, outgoing: Pipe, peer: Peer | null): Connection {
  return {
    peer,
    read: () => incoming.read(),
    write: (bytes) => outgoing.write(bytes),
    close() {
      incoming.close(true);
      outgoing.close(false);
    },
    get backlog() {
      return outgoing.waiting;
    },
  };
}
