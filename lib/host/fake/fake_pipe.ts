import { OpenFile } from "./open_file.ts";

/** Both ends of a pipe in memory. */
export interface PipeEnds {
  readonly reading: OpenFile;
  readonly writing: OpenFile;
}

/** Each pipe has a number of its own. */
let pipes = 0;

/** Opens a pipe: it ends when the last writer has let go, and a write fails when the last reader has. */
export function openFakePipe(): PipeEnds {
  const pipe = new FakePipe();
  return { reading: pipe.openReading(), writing: pipe.openWriting() };
}

/** A pipe in memory. It holds any number of bytes, for as long as anybody has it open: nobody who writes to it ever waits. */
export class FakePipe {
  readonly #ready: Uint8Array[] = [];
  readonly #waiting: ((bytes: Uint8Array | null) => void)[] = [];
  readonly #whenReadableNext: (() => void)[] = [];
  readonly #whenUnread = new Set<() => void>();
  readonly #number = ++pipes;
  #readers = 0;
  #writers = 0;

  openReading(): OpenFile {
    this.#readers += 1;
    return new OpenFile({
      pipe: this.#number,
      read: () => this.#read(),
      readInto: (into) => this.#readInto(into),
      whenReadable: (callback) => this.#whenReadable(callback),
      abort: () => this.#wakeAll(),
      closed: () => {
        this.#readers -= 1;
        this.#forget();
      },
    });
  }

  /** @param isReader Whether it counts as one who reads, too, so that no write ever fails. */
  openWriting(isReader = false): OpenFile {
    this.#writers += 1;
    if (isReader) this.#readers += 1;
    return new OpenFile({
      pipe: this.#number,
      write: (bytes) => this.#write(bytes),
      isRead: () => this.#readers > 0,
      onUnread: (callback) => this.#onUnread(callback),
      closed: () => {
        this.#writers -= 1;
        if (isReader) this.#readers -= 1;
        if (this.#writers === 0) this.#wakeAll();
        this.#forget();
      },
    });
  }

  #read(): Promise<Uint8Array | null> {
    const bytes = this.#ready.shift();
    if (bytes !== undefined) return Promise.resolve(bytes);
    if (this.#writers === 0) return Promise.resolve(null);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #readInto(into: Uint8Array): number | null {
    const [bytes] = this.#ready;
    if (bytes === undefined) return this.#writers === 0 ? null : 0;
    const length = Math.min(bytes.length, into.length);
    into.set(bytes.subarray(0, length));
    if (length < bytes.length) this.#ready[0] = bytes.subarray(length);
    else this.#ready.shift();
    return length;
  }

  #whenReadable(callback: () => void): void {
    this.#whenReadableNext.push(callback);
    if (this.#ready.length > 0 || this.#writers === 0) this.#tellReadable();
  }

  #tellReadable(): void {
    for (const callback of this.#whenReadableNext.splice(0)) callback();
  }

  #write(bytes: Uint8Array): boolean {
    if (this.#readers === 0) return false;
    const resolve = this.#waiting.shift();
    if (resolve === undefined) this.#ready.push(bytes.slice());
    else resolve(bytes.slice());
    this.#tellReadable();
    return true;
  }

  #wakeAll(): void {
    for (const resolve of this.#waiting.splice(0)) resolve(null);
    this.#tellReadable();
  }

  #onUnread(callback: () => void): () => void {
    const once = () => {
      if (this.#whenUnread.delete(once)) callback();
    };
    this.#whenUnread.add(once);
    if (this.#readers === 0) queueMicrotask(once);
    return () => this.#whenUnread.delete(once);
  }

  #forget(): void {
    if (this.#readers > 0) return;
    this.#ready.length = 0;
    for (const tell of this.#whenUnread) queueMicrotask(tell);
  }
}
