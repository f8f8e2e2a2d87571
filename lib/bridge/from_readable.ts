import { Cancelled } from "../scope/cancelled.ts";
import { EndOfChannel } from "../sync/channel_errors.ts";
import { nextOf } from "../sync/next_of.ts";
import { fromPromise } from "./from_promise.ts";

/** A chunk that was asked for, and its place among the others. */
interface Read<T> {
  readonly number: number;
  readonly result: Promise<{ readonly done: boolean; readonly value?: T | undefined }>;
}

/** The chunks of a web stream. Several tasks may receive: each chunk goes to one of them, in the order in which they asked. */
export class ReadableChannel<T> {
  readonly #reader: ReadableStreamDefaultReader<T>;
  #reads = 0;
  /** Chunks that were asked for by calls that were cancelled, in order. */
  #unclaimed: readonly Read<T>[] = [];

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
    const read = this.#next();
    try {
      const { done, value } = await fromPromise(read.result);
      if (done) throw new EndOfChannel("The stream has ended");
      return value as T;
    } catch (error) {
      if (error instanceof Cancelled) {
        this.#unclaimed = [...this.#unclaimed, read].toSorted((a, b) => a.number - b.number);
      }
      throw error;
    }
  }

  #next(): Read<T> {
    const [first, ...others] = this.#unclaimed;
    this.#unclaimed = others;
    return first ?? { number: this.#reads++, result: this.#reader.read() };
  }

  /** Receives until the stream ends. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return { next: () => nextOf(this) };
  }
}

/**
 * Reads a web stream for as long as `body` runs. The rest that `body` leaves is cancelled, so that the source of the stream
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
    // A stream that has failed says so again here: its reader knows already.
    await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}
