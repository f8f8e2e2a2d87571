/** Streams in memory, for tests of protocols. */
import { concatBytes } from "../base/bytes.ts";
import { checkpoint } from "../scope/park.ts";
import { BrokenResourceError, BusyResourceError, ClosedResourceError } from "../sync/channel_errors.ts";
import type { HalfCloseableStream, ReceiveStream, SendStream } from "../sync/streams.ts";
import { WaitQueue } from "../sync/wait_queue.ts";

/** Bytes on their way in one direction. */
class Wire {
  /** How many bytes may be on their way before the sender has to wait. */
  readonly capacity: number;
  readonly sender: WaitQueue = new WaitQueue();
  readonly receiver: WaitQueue = new WaitQueue();
  bytes: Uint8Array = new Uint8Array();
  ended = false;
  receiverGone = false;

  constructor(capacity: number) {
    this.capacity = capacity;
  }
}

/** The sending side of a stream in memory. */
export class MemorySendStream implements SendStream {
  readonly #wire: Wire;
  #busy = false;
  #closed = false;

  /** @internal */
  constructor(wire: Wire) {
    this.#wire = wire;
  }

  async sendAll(bytes: Uint8Array): Promise<void> {
    if (this.#busy) throw new BusyResourceError("Another task is sending");
    this.#busy = true;
    try {
      await checkpoint();
      this.#check();
      this.#wire.bytes = concatBytes([this.#wire.bytes, bytes]);
      this.#wire.receiver.wakeAll();
      while (this.#wire.bytes.length > this.#wire.capacity) {
        await this.#wire.sender.wait("send bytes");
        this.#check();
      }
    } finally {
      this.#busy = false;
    }
  }

  /** Closes it at once. */
  closeNow(): void {
    this.#closed = true;
    this.#wire.ended = true;
    this.#wire.receiver.wakeAll();
    this.#wire.sender.wakeAll();
  }

  async close(): Promise<void> {
    this.closeNow();
    await checkpoint();
  }

  #check(): void {
    if (this.#closed) throw new ClosedResourceError("This side of the stream is closed");
    if (this.#wire.receiverGone) throw new BrokenResourceError("The other side of the stream is closed");
  }
}

/** The receiving side of a stream in memory. */
export class MemoryReceiveStream implements ReceiveStream {
  readonly #wire: Wire;
  #busy = false;
  #closed = false;

  /** @internal */
  constructor(wire: Wire) {
    this.#wire = wire;
  }

  async receiveSome(max: number = 65_536): Promise<Uint8Array> {
    if (!(Number.isInteger(max) && max >= 1)) {
      throw new RangeError(`Cannot receive ${max} bytes: write a whole number from 1`);
    }
    if (this.#busy) throw new BusyResourceError("Another task is receiving");
    this.#busy = true;
    try {
      await checkpoint();
      this.#check();
      while (this.#wire.bytes.length === 0 && !this.#wire.ended) {
        await this.#wire.receiver.wait("receive bytes");
        this.#check();
      }
      const bytes = this.#wire.bytes.slice(0, max);
      this.#wire.bytes = this.#wire.bytes.subarray(bytes.length);
      this.#wire.sender.wakeAll();
      return bytes;
    } finally {
      this.#busy = false;
    }
  }

  /** Closes it at once. */
  closeNow(): void {
    this.#closed = true;
    this.#wire.receiverGone = true;
    this.#wire.bytes = new Uint8Array();
    this.#wire.receiver.wakeAll();
    this.#wire.sender.wakeAll();
  }

  async close(): Promise<void> {
    this.closeNow();
    await checkpoint();
  }

  #check(): void {
    if (this.#closed) throw new ClosedResourceError("This side of the stream is closed");
  }
}

/** One side of a connection in memory. */
export class MemoryStream implements HalfCloseableStream {
  readonly #sender: MemorySendStream;
  readonly #receiver: MemoryReceiveStream;

  /** @internal */
  constructor(out: Wire, incoming: Wire) {
    this.#sender = new MemorySendStream(out);
    this.#receiver = new MemoryReceiveStream(incoming);
  }

  sendAll(bytes: Uint8Array): Promise<void> {
    return this.#sender.sendAll(bytes);
  }

  sendEof(): Promise<void> {
    return this.#sender.close();
  }

  receiveSome(max?: number): Promise<Uint8Array> {
    return this.#receiver.receiveSome(max);
  }

  async close(): Promise<void> {
    this.#sender.closeNow();
    this.#receiver.closeNow();
    await checkpoint();
  }
}

/** How streams in memory are made. */
export interface MemoryStreamOptions {
  /**
   * Bytes that may be on their way before the sender has to wait; 0 makes each `sendAll` wait until all is received.
   *
   * @default {Infinity}
   */
  readonly capacity?: number;
}

/** A stream in one direction. */
export function memoryStreamOneWayPair(
  { capacity = Infinity }: MemoryStreamOptions = {},
): [MemorySendStream, MemoryReceiveStream] {
  const wire = new Wire(capacity);
  return [new MemorySendStream(wire), new MemoryReceiveStream(wire)];
}

/** Both sides of a connection. */
export function memoryStreamPair(
  { capacity = Infinity }: MemoryStreamOptions = {},
): [MemoryStream, MemoryStream] {
  const [there, back] = [new Wire(capacity), new Wire(capacity)];
  return [new MemoryStream(there, back), new MemoryStream(back, there)];
}
