import { fromPromise } from "../../bridge/from_promise.ts";
import type { Connection } from "../../host/ports/sockets.ts";
import { FrameSplitter } from "../../wire/frame_splitter.ts";
import { beginsPart, MAX_FRAME_BYTES } from "../../wire/message.ts";

/**
 * Reads the frames of a connection: one by one while it begins, then as they come. Those that are parts of a long payload are
 * there until more is read.
 */
export class FrameReader {
  readonly #connection: Connection;
  readonly #splitter = new FrameSplitter(MAX_FRAME_BYTES, beginsPart);
  #begun: Uint8Array | null;
  #pending: Uint8Array[] = [];

  /** @param begun What was read of the connection before. */
  constructor(connection: Connection, begun: Uint8Array | null = null) {
    this.#connection = connection;
    this.#begun = begun;
  }

  /** The next frames; null at the end. @throws {FrameError} */
  async read(): Promise<readonly Uint8Array[] | null> {
    const bytes = this.#begun ?? await fromPromise(this.#connection.read());
    this.#begun = null;
    return bytes === null ? null : this.#splitter.push(bytes);
  }

  /** {@linkcode read} that no cancel ends. */
  async readUncancelled(): Promise<readonly Uint8Array[] | null> {
    const bytes = await this.#connection.read();
    return bytes === null ? null : this.#splitter.push(bytes);
  }

  /** The next frame; null at the end. @throws {FrameError} */
  async next(): Promise<Uint8Array | null> {
    while (this.#pending.length === 0) {
      const frames = await this.read();
      if (frames === null) return null;
      this.#pending.push(...frames);
    }
    return this.#pending.shift()!;
  }

  /** What was read beyond the last `next`. */
  takePending(): readonly Uint8Array[] {
    const pending = this.#pending;
    this.#pending = [];
    return pending;
  }
}
