import { fromPromise } from "../../bridge/from_promise.ts";
import type { Connection } from "../../host/ports/sockets.ts";
import { FrameSplitter, type OnFrame } from "../../wire/frame_splitter.ts";
import { beginsPart, ENVELOPE_BYTES } from "../../wire/message.ts";
import { longestPayload } from "./longest_payload.ts";

/**
 * Reads the frames of a connection: one by one while it begins, then as they come. Those that are parts of a long payload are
 * there until more is read.
 */
export class FrameReader {
  readonly #connection: Connection;
  readonly #splitter: FrameSplitter;
  #begun: Uint8Array | null;
  readonly #pending: Uint8Array[] = [];

  /** @param begun Bytes that were read of the connection before. */
  constructor(connection: Connection, begun: Uint8Array | null = null) {
    this.#connection = connection;
    const longest = longestPayload(connection) + ENVELOPE_BYTES;
    this.#splitter = connection.movesMemory === true
      ? new FrameSplitter(longest)
      : new FrameSplitter(longest, beginsPart);
    this.#begun = begun;
  }

  /** The next frames; null at the end. @throws {FrameError} */
  async read(): Promise<readonly Uint8Array[] | null> {
    const bytes = this.#begun ?? await fromPromise(this.#connection.read());
    this.#begun = null;
    return bytes === null ? null : this.#splitter.push(bytes);
  }

  /**
   * Tells of all frames, as they come, until the end or until `goesOn` says no when something has come in. It is no checkpoint: to
   * read for each frame would cost more than all the rest.
   *
   * @throws {FrameError} And what `onFrame` throws.
   */
  async receiveWhile(goesOn: () => boolean, onFrame: OnFrame): Promise<void> {
    for (const frame of this.#pending.splice(0)) onFrame(frame, 0, frame.length);
    if (!goesOn()) return;
    await this.#connection.receiveWhile((bytes) => {
      this.#splitter.split(bytes, onFrame);
      return goesOn();
    });
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
}
