import type { Transit } from "./transit.ts";

const DEFAULT_CAPACITY = 256 * 1_024;

interface Waiting {
  readonly bytes: Uint8Array;
  readonly resolve: (written: boolean) => void;
}

/** How a lane is made. */
export interface LaneOptions {
  /** How many bytes are on their way before a writer has to wait. */
  readonly capacity?: number;
  /** How they travel; at once and as they were written if absent. */
  readonly transit?: Transit;
}

/** One direction of a connection: a bounded number of bytes is on its way, the rest waits with the writer. */
export class ByteLane {
  readonly #capacity: number;
  readonly #transit: Transit | null;
  readonly #ready: Uint8Array[] = [];
  #onTheWay = 0;
  #unwritten: Waiting[] = [];
  #undrained: ((isThere: boolean) => void)[] = [];
  #finished: (() => void)[] = [];
  #reader: ((bytes: Uint8Array | null) => void) | null = null;
  #isFinishing = false;
  #isDiscarding = false;
  #ended = false;
  #endHasArrived = false;

  constructor({ capacity = DEFAULT_CAPACITY, transit }: LaneOptions = {}) {
    this.#capacity = capacity;
    this.#transit = transit ?? null;
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
    if (this.#endHasArrived || this.#isDiscarding) return Promise.resolve(null);
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
    if (this.#ended) return;
    this.#stopWriting();
    this.#carry(() => this.#arriveAtEnd());
  }

  /** The reader is gone: nothing arrives any more. */
  abandon(): void {
    this.#stopWriting();
    this.#arriveAtEnd();
    this.#ready.length = 0;
  }

  /** The reader wants nothing more, and nothing that comes holds the writer up. */
  discard(): void {
    this.#isDiscarding = true;
    this.#ready.length = 0;
    this.#onTheWay = 0;
    this.#deliver(null);
    this.#move();
  }

  #stopWriting(): void {
    this.#ended = true;
    for (const { resolve } of this.#unwritten.splice(0)) resolve(false);
    for (const resolve of this.#undrained.splice(0)) resolve(false);
    for (const resolve of this.#finished.splice(0)) resolve();
  }

  #move(): void {
    while (this.#unwritten.length > 0 && this.#onTheWay < this.#capacity) {
      const { bytes, resolve } = this.#unwritten.shift()!;
      resolve(true);
      if (this.#isDiscarding) continue;
      for (const chunk of this.#transit?.split(bytes) ?? [bytes]) {
        this.#onTheWay += chunk.length;
        this.#carry(() => this.#arrive(chunk));
      }
    }
    if (this.#unwritten.length > 0) return;
    for (const resolve of this.#undrained.splice(0)) resolve(true);
    if (this.#isFinishing) this.end();
  }

  #carry(arrive: () => void): void {
    if (this.#transit === null) arrive();
    else this.#transit.carry(arrive);
  }

  #arrive(bytes: Uint8Array): void {
    if (this.#isDiscarding || this.#endHasArrived) return;
    if (this.#reader === null) return void this.#ready.push(bytes);
    this.#onTheWay -= bytes.length;
    this.#deliver(bytes);
    this.#move();
  }

  #arriveAtEnd(): void {
    this.#endHasArrived = true;
    this.#deliver(null);
  }

  #deliver(bytes: Uint8Array | null): void {
    const resolve = this.#reader;
    this.#reader = null;
    resolve?.(bytes);
  }
}
