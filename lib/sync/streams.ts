/** Streams of bytes between two sides, as Trio has them. */

/** A side that sends. */
export interface SendStream {
  /**
   * Sends all bytes. A cancel in the middle leaves it open how many were sent: the stream is then of no more use.
   *
   * @throws {BusyResourceError} If another task is sending.
   * @throws {BrokenResourceError} If the other side is gone.
   * @throws {ClosedResourceError} If this side is closed, also while it waits.
   * @throws {Cancelled}
   */
  sendAll(bytes: Uint8Array): Promise<void>;
  /** Closes it; what it holds is let go, also if it is cancelled meanwhile. Idempotent. */
  close(): Promise<void>;
}

/** A side that receives. */
export interface ReceiveStream {
  /**
   * Waits for bytes, at least one and at most `max`; none at the end of the stream.
   *
   * @throws {RangeError} If `max` is no whole number from 1.
   * @throws {BusyResourceError} If another task is receiving.
   * @throws {BrokenResourceError} If the other side broke off.
   * @throws {ClosedResourceError} If this side is closed, also while it waits.
   * @throws {Cancelled} Then no byte is lost.
   */
  receiveSome(max?: number): Promise<Uint8Array>;
  /** Closes it; what it holds is let go, also if it is cancelled meanwhile. Idempotent. */
  close(): Promise<void>;
}

/** A side that does both. */
export interface Stream extends SendStream, ReceiveStream {}

/** A side that can say that it sends no more, and go on receiving. */
export interface HalfCloseableStream extends Stream {
  /** Ends what is sent. @throws What `sendAll` throws. */
  sendEof(): Promise<void>;
}
