import { Queue } from "../../base/queue.ts";

/** How much may be read ahead before the other side is held back. */
const READ_AHEAD_BYTES = 256 * 1_024;

/** How the sender is held back, and let go on. */
export interface Valve {
  hold(): void;
  release(): void;
}

/** Bytes that have come in and were not read yet. The sender is held back while they are too many. */
export class ReadAhead {
  readonly #valve: Valve;
  readonly #ready = new Queue<Uint8Array>();
  #bytes = 0;
  #isHeld = false;
  #isDiscarding = false;
  #hasEnded = false;
  #waiting: ((bytes: Uint8Array | null) => void) | null = null;
  /** Whom what comes in is handed to; null while it waits to be read. */
  #taker: ((bytes: Uint8Array) => void) | null = null;

  constructor(valve: Valve) {
    this.#valve = valve;
  }

  /** The next bytes; null at the end. */
  read(): Promise<Uint8Array | null> {
    const bytes = this.#ready.shift();
    if (bytes !== undefined) {
      this.#bytes -= bytes.length;
      if (this.#bytes <= READ_AHEAD_BYTES) this.#release();
      return Promise.resolve(bytes);
    }
    if (this.#hasEnded) return Promise.resolve(null);
    return new Promise((resolve) => this.#waiting = resolve);
  }

  /** Hands over what is there and what comes, until the end or until `onBytes` wants no more. @throws What that throws. */
  receiveWhile(onBytes: (bytes: Uint8Array) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const over = () => {
        this.#taker = () => {};
        resolve();
      };
      this.#taker = (bytes) => {
        try {
          if (!onBytes(bytes)) over();
        } catch (error) {
          this.#taker = () => {};
          reject(error);
        }
      };
      for (let bytes = this.#ready.shift(); bytes !== undefined; bytes = this.#ready.shift()) {
        this.#taker(bytes);
      }
      this.#bytes = 0;
      this.#release();
      if (this.#hasEnded) over();
      else this.#waiting = over;
    });
  }

  /** Takes what has come in. */
  push(bytes: Uint8Array): void {
    if (this.#isDiscarding) return;
    if (this.#taker !== null) return this.#taker(bytes);
    if (this.#waiting !== null) return this.#deliver(bytes);
    this.#ready.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes <= READ_AHEAD_BYTES || this.#isHeld) return;
    this.#isHeld = true;
    this.#valve.hold();
  }

  /** Nothing more comes in. Bytes that have come can still be read. */
  end(): void {
    this.#hasEnded = true;
    this.#deliver(null);
  }

  /** Ends at once; what still comes in is dropped. */
  discard(): void {
    this.#isDiscarding = true;
    this.#ready.clear();
    this.#bytes = 0;
    this.#release();
    this.end();
  }

  #deliver(bytes: Uint8Array | null): void {
    const resolve = this.#waiting;
    this.#waiting = null;
    resolve?.(bytes);
  }

  #release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#valve.release();
  }
}
