import { EndOfChannel } from "../sync/channel_errors.ts";
import { nextOf } from "../sync/next_of.ts";
import { fromPromise } from "./from_promise.ts";

/** The chunks of a web stream, for one task to receive. */
export class ReadableChannel<T> {
  readonly #reader: ReadableStreamDefaultReader<T>;
  #pending: Promise<{ readonly done: boolean; readonly value?: T | undefined }> | null = null;

  /** @internal */
  constructor(reader: ReadableStreamDefaultReader<T>) {
    this.#reader = reader;
  }

  /**
   * Waits for the next chunk.
   *
   * @throws {EndOfChannel} If the stream has ended.
   * @throws What the stream failed with.
   * @throws {Cancelled} Then the chunk is there for the next call.
   */
  async receive(): Promise<T> {
    this.#pending ??= this.#reader.read();
    const { done, value } = await fromPromise(this.#pending);
    this.#pending = null;
    if (done) throw new EndOfChannel("The stream has ended");
    return value as T;
  }

  /** Receives until the stream ends. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return { next: () => nextOf(this) };
  }
}

/**
 * Reads a web stream for as long as `body` runs. What `body` leaves of it is cancelled, so that whatever makes the stream
 * stops.
 *
 * @returns What `body` returned.
 * @throws {TypeError} If somebody else reads the stream.
 * @throws What the stream failed with.
 * @throws {Cancelled}
 *
 * @example Read a stream in the scopes of the reader
 * ```ts
 * import { fromReadable, moveOnAfter, run } from "supervise";
 *
 * await run(() =>
 *   moveOnAfter(1_000, () =>
 *     fromReadable(new Blob(["some text"]).stream(), async (chunks) => {
 *       for await (const chunk of chunks) console.log(chunk.length); // 9
 *     }))
 * );
 * ```
 */
export async function fromReadable<T, R>(
  stream: ReadableStream<T>,
  body: (chunks: ReadableChannel<T>) => R | Promise<R>,
): Promise<R> {
  const reader = stream.getReader();
  try {
    return await body(new ReadableChannel(reader));
  } finally {
    // A stream that has failed says so again here: whoever read it knows.
    await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}
