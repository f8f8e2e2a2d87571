/** How many bytes are on their way before a writer has to wait. */
const ROOM_BYTES = 256 * 1_024;

interface Waiting {
  readonly bytes: Uint8Array;
  readonly resolve: (written: boolean) => void;
}

/** One direction of a connection: a bounded number of bytes is on its way, the rest waits with the writer. */
export class ByteLane {
  readonly #ready: Uint8Array[] = [];
  #onTheWay = 0;
  #unwritten: Waiting[] = [];
  #reader: ((bytes: Uint8Array | null) => void) | null = null;
  #ended = false;

  /** Bytes that wait with the writer. */
  get backlog(): number {
    return this.#unwritten.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  write(bytes: Uint8Array): Promise<boolean> {
    if (this.#ended) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#unwritten.push({ bytes: bytes.slice(), resolve });
      this.#move();
    });
  }

  read(): Promise<Uint8Array | null> {
    const bytes = this.#ready.shift();
    if (bytes !== undefined) {
      this.#onTheWay -= bytes.length;
      this.#move();
      return Promise.resolve(bytes);
    }
    if (this.#ended) return Promise.resolve(null);
    return new Promise((resolve) => this.#reader = resolve);
  }

  /** The writer is done: what is on its way still arrives. */
  end(): void {
    this.#ended = true;
    for (const { resolve } of this.#unwritten.splice(0)) resolve(false);
    this.#deliver(null);
  }

  /** The reader is gone: nothing arrives any more. */
  abandon(): void {
    this.#ready.length = 0;
    this.end();
  }

  #move(): void {
    while (this.#unwritten.length > 0 && this.#onTheWay < ROOM_BYTES) {
      const { bytes, resolve } = this.#unwritten.shift()!;
      resolve(true);
      if (this.#reader !== null) {
        this.#deliver(bytes);
        continue;
      }
      this.#ready.push(bytes);
      this.#onTheWay += bytes.length;
    }
  }

  #deliver(bytes: Uint8Array | null): void {
    const resolve = this.#reader;
    this.#reader = null;
    resolve?.(bytes);
  }
}
