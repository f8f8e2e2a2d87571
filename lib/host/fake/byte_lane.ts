const DEFAULT_CAPACITY = 256 * 1_024;

interface Waiting {
  readonly bytes: Uint8Array;
  readonly resolve: (written: boolean) => void;
}

/** One direction of a connection: a bounded number of bytes is on its way, the rest waits with the writer. */
export class ByteLane {
  readonly #capacity: number;
  readonly #ready: Uint8Array[] = [];
  #onTheWay = 0;
  #unwritten: Waiting[] = [];
  #undrained: ((isThere: boolean) => void)[] = [];
  #finished: (() => void)[] = [];
  #reader: ((bytes: Uint8Array | null) => void) | null = null;
  #isFinishing = false;
  #isDiscarding = false;
  #ended = false;

  /** @param capacity How many bytes are on their way before a writer has to wait. */
  constructor(capacity: number = DEFAULT_CAPACITY) {
    this.#capacity = capacity;
  }

  /** Bytes that wait with the writer. */
  get backlog(): number {
    return this.#unwritten.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** Whether more can be written. */
  get isOpen(): boolean {
    return !this.#ended && !this.#isFinishing;
  }

  write(bytes: Uint8Array): Promise<boolean> {
    if (!this.isOpen) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#unwritten.push({ bytes: bytes.slice(), resolve });
      this.#move();
    });
  }

  /** Resolves when nothing waits with the writer, false if nothing can be written any more. */
  drained(): Promise<boolean> {
    if (!this.isOpen) return Promise.resolve(false);
    if (this.#unwritten.length === 0) return Promise.resolve(true);
    return new Promise((resolve) => this.#undrained.push(resolve));
  }

  read(): Promise<Uint8Array | null> {
    const bytes = this.#ready.shift();
    if (bytes !== undefined) {
      this.#onTheWay -= bytes.length;
      this.#move();
      return Promise.resolve(bytes);
    }
    if (this.#ended || this.#isDiscarding) return Promise.resolve(null);
    return new Promise((resolve) => this.#reader = resolve);
  }

  /** Ends once everything that waits with the writer is on its way; resolves then. */
  finish(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    this.#isFinishing = true;
    for (const resolve of this.#undrained.splice(0)) resolve(false);
    return new Promise((resolve) => {
      this.#finished.push(resolve);
      this.#move();
    });
  }

  /** The writer is done: what is on its way still arrives. */
  end(): void {
    this.#ended = true;
    for (const { resolve } of this.#unwritten.splice(0)) resolve(false);
    for (const resolve of this.#undrained.splice(0)) resolve(false);
    for (const resolve of this.#finished.splice(0)) resolve();
    this.#deliver(null);
  }

  /** The reader is gone: nothing arrives any more. */
  abandon(): void {
    this.#ready.length = 0;
    this.end();
  }

  /** The reader wants nothing more, and nothing that comes holds the writer up. */
  discard(): void {
    this.#isDiscarding = true;
    this.#ready.length = 0;
    this.#onTheWay = 0;
    this.#deliver(null);
    this.#move();
  }

  #move(): void {
    while (this.#unwritten.length > 0 && this.#onTheWay < this.#capacity) {
      const { bytes, resolve } = this.#unwritten.shift()!;
      resolve(true);
      if (this.#isDiscarding) continue;
      if (this.#reader !== null) {
        this.#deliver(bytes);
        continue;
      }
      this.#ready.push(bytes);
      this.#onTheWay += bytes.length;
    }
    if (this.#unwritten.length > 0) return;
    for (const resolve of this.#undrained.splice(0)) resolve(true);
    if (this.#isFinishing) this.end();
  }

  #deliver(bytes: Uint8Array | null): void {
    const resolve = this.#reader;
    this.#reader = null;
    resolve?.(bytes);
  }
}
