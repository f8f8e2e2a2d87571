/** The sides of the file behind a descriptor. */
export interface FileSides {
  /** The next bytes; null at the end. Nothing to read if absent. */
  readonly read?: () => Promise<Uint8Array | null>;
  /** The same at once, as much as there is room for: how many bytes, 0 if there are none yet. Absent as `read` is. */
  readonly readInto?: (into: Uint8Array) => number | null;
  /** Calls back once, possibly at once, when there is something to read, or the end. Absent as `read` is. */
  readonly whenReadable?: (callback: () => void) => void;
  /** Ends a read that waits. */
  readonly abort?: () => void;
  /** Writes; false if nobody reads. Swallows everything if absent. */
  readonly write?: (bytes: Uint8Array) => boolean;
  /** Whether what is written may be read. It may if absent. */
  readonly isRead?: () => boolean;
  /** Calls back when nobody can read any more what is written; returns how to stop that. There is always a reader if absent. */
  readonly onUnread?: (callback: () => void) => () => void;
  /** The number of the pipe that it is an end of. It is none if absent. */
  readonly pipe?: number;
  /** Told when the last holder has let go. */
  readonly closed?: () => void;
}

/** An open file, shared by all who inherited it and closed when the last of them lets go. */
export class OpenFile {
  readonly #sides: FileSides;
  #holders = 1;

  constructor(sides: FileSides) {
    this.#sides = sides;
  }

  /** The number of the pipe that it is an end of; null if it is none. */
  get pipe(): number | null {
    return this.#sides.pipe ?? null;
  }

  /** One more holder. */
  share(): OpenFile {
    this.#holders += 1;
    return this;
  }

  /** One holder less. */
  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.#sides.closed?.();
  }

  async read(): Promise<Uint8Array | null> {
    return await this.#sides.read?.() ?? null;
  }

  readInto(into: Uint8Array): number | null {
    return this.#sides.readInto?.(into) ?? null;
  }

  whenReadable(callback: () => void): void {
    if (this.#sides.whenReadable === undefined) callback();
    else this.#sides.whenReadable(callback);
  }

  abort(): void {
    this.#sides.abort?.();
  }

  isRead(): boolean {
    return this.#sides.isRead?.() ?? true;
  }

  onUnread(callback: () => void): () => void {
    return this.#sides.onUnread?.(callback) ?? (() => {});
  }

  write(bytes: Uint8Array): boolean {
    return this.#sides.write?.(bytes) ?? true;
  }
}
