/**
 * Channels between the tasks of one process, in the order in which things were sent. Trio's memory channels.
 *
 * Invariants:
 * 1. A value is received once, or its `send` raises: a cancel never loses one and never doubles one.
 * 2. Waiting senders and receivers are served first come, first served.
 * 3. When the last sender closes, receivers still get what is buffered, then {@linkcode EndOfChannel}.
 * 4. When the last receiver closes, senders get {@linkcode BrokenResourceError}, and what is buffered is dropped.
 */
import { Queue } from "../base/queue.ts";
import { BrokenResourceError, ClosedResourceError, EndOfChannel, WouldBlock } from "./channel_errors.ts";
import { park } from "../scope/park.ts";
import { nextOf } from "./next_of.ts";

/** A wait: of a task that is parked, or of a promise of code outside of the tree of tasks. */
interface Waiting<T> {
  wake(value: T): void;
  fail(error: unknown): void;
  onAbort: (() => void) | null;
}

interface WaitingSender<T> {
  readonly value: T;
  readonly handle: SendChannel<T>;
}

/** The state of a channel at one moment. */
export interface ChannelStatistics {
  /** Values that wait in the buffer. */
  readonly buffered: number;
  /** The most that ever waited there. */
  readonly peakBuffered: number;
  readonly capacity: number;
  readonly openSenders: number;
  readonly openReceivers: number;
  /** Calls of `send` that wait. */
  readonly waitingSenders: number;
  /** Calls of `receive` that wait. */
  readonly waitingReceivers: number;
}

/** The state that both ends share. */
class Core<T> {
  readonly buffer: Queue<T> = new Queue<T>();
  readonly senders: Map<Waiting<void>, WaitingSender<T>> = new Map();
  readonly receivers: Map<Waiting<T>, ReceiveChannel<T>> = new Map();
  openSenders = 0;
  openReceivers = 0;
  #peak = 0;
  readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Hands `value` to a waiting receiver or to the buffer; false if there is no room. */
  offer(value: T): boolean {
    const receiver = first(this.receivers);
    if (receiver !== null) {
      this.receivers.delete(receiver);
      receiver.wake(value);
      return true;
    }
    if (this.buffer.size >= this.capacity) return false;
    this.buffer.push(value);
    this.#peak = Math.max(this.#peak, this.buffer.size);
    return true;
  }

  statistics(): ChannelStatistics {
    return {
      buffered: this.buffer.size,
      peakBuffered: this.#peak,
      capacity: this.capacity,
      openSenders: this.openSenders,
      openReceivers: this.openReceivers,
      waitingSenders: this.senders.size,
      waitingReceivers: this.receivers.size,
    };
  }

  /** Takes the oldest value, and lets the sender that has waited longest go on. */
  take(): { readonly value: T } | null {
    const sender = first(this.senders);
    if (sender !== null) {
      const { value } = this.senders.get(sender)!;
      this.senders.delete(sender);
      sender.wake();
      this.buffer.push(value);
    }
    return this.buffer.size > 0 ? { value: this.buffer.shift() as T } : null;
  }
}

/** The sending end. */
export class SendChannel<T> {
  readonly #core: Core<T>;
  #closed = false;

  /** @internal */
  constructor(core: Core<T>) {
    this.#core = core;
    core.openSenders += 1;
  }

  /**
   * Sends a value, waiting for room in the buffer.
   *
   * @throws {ClosedResourceError} If this end is closed.
   * @throws {BrokenResourceError} If every receiver is closed.
   * @throws {Cancelled}
   */
  send(value: T): Promise<void> {
    return park<void>("send", (parked) => this.#send(value, parked));
  }

  /** @internal {@linkcode send} for code outside of the tree of tasks: no cancel reaches it. */
  sendFromOutside(value: T): Promise<void> {
    return waitOutside((waiting) => this.#send(value, waiting));
  }

  /**
   * Sends a value without waiting; may be called from outside of every task.
   *
   * @throws {WouldBlock} If the buffer is full.
   * @throws {ClosedResourceError} If this end is closed.
   * @throws {BrokenResourceError} If every receiver is closed.
   */
  sendNowait(value: T): void {
    const refusal = this.#refusal();
    if (refusal !== null) throw refusal;
    if (!this.#core.offer(value)) throw new WouldBlock("The channel is full");
  }

  /** Another sending end of the same channel. */
  clone(): SendChannel<T> {
    if (this.#closed) throw closedHere();
    return new SendChannel(this.#core);
  }

  /** Closes this end. Idempotent, and no checkpoint. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#core.openSenders -= 1;
    for (const [parked, { handle }] of this.#core.senders) {
      if (handle !== this) continue;
      this.#core.senders.delete(parked);
      parked.fail(closedHere());
    }
    if (this.#core.openSenders > 0) return;
    for (const parked of this.#core.receivers.keys()) parked.fail(ended());
    this.#core.receivers.clear();
  }

  /** The state of the channel now. */
  statistics(): ChannelStatistics {
    return this.#core.statistics();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #send(value: T, waiting: Waiting<void>): void {
    const refusal = this.#refusal();
    if (refusal !== null) return waiting.fail(refusal);
    if (this.#core.offer(value)) return waiting.wake();
    this.#core.senders.set(waiting, { value, handle: this });
    waiting.onAbort = () => this.#core.senders.delete(waiting);
  }

  #refusal(): Error | null {
    if (this.#closed) return closedHere();
    return this.#core.openReceivers === 0 ? broken() : null;
  }
}

/** The receiving end. Clones compete: each value goes to one of them. */
export class ReceiveChannel<T> {
  readonly #core: Core<T>;
  #closed = false;

  /** @internal */
  constructor(core: Core<T>) {
    this.#core = core;
    core.openReceivers += 1;
  }

  /**
   * Waits for the next value.
   *
   * @throws {EndOfChannel} If every sender is closed and nothing is left.
   * @throws {ClosedResourceError} If this end is closed.
   * @throws {Cancelled}
   */
  receive(): Promise<T> {
    return park<T>("receive", (parked) => this.#receive(parked));
  }

  /** @internal {@linkcode receive} for code outside of the tree of tasks: no cancel reaches it. */
  receiveFromOutside(): Promise<T> {
    return waitOutside((waiting) => this.#receive(waiting));
  }

  /**
   * The next value, without waiting.
   *
   * @throws {WouldBlock} If there is none now.
   * @throws {EndOfChannel} If there will never be one.
   * @throws {ClosedResourceError} If this end is closed.
   */
  receiveNowait(): T {
    if (this.#closed) throw closedHere();
    const taken = this.#core.take();
    if (taken !== null) return taken.value;
    throw this.#core.openSenders === 0 ? ended() : new WouldBlock("The channel is empty");
  }

  /** Another receiving end of the same channel. */
  clone(): ReceiveChannel<T> {
    if (this.#closed) throw closedHere();
    return new ReceiveChannel(this.#core);
  }

  /** Closes this end. Idempotent, and no checkpoint. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#core.openReceivers -= 1;
    for (const [parked, handle] of this.#core.receivers) {
      if (handle !== this) continue;
      this.#core.receivers.delete(parked);
      parked.fail(closedHere());
    }
    if (this.#core.openReceivers > 0) return;
    this.#core.buffer.clear();
    for (const parked of this.#core.senders.keys()) parked.fail(broken());
    this.#core.senders.clear();
  }

  /** The state of the channel now. */
  statistics(): ChannelStatistics {
    return this.#core.statistics();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Receives until the end of the channel. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return { next: () => nextOf(this) };
  }

  #receive(waiting: Waiting<T>): void {
    if (this.#closed) return waiting.fail(closedHere());
    const taken = this.#core.take();
    if (taken !== null) return waiting.wake(taken.value);
    if (this.#core.openSenders === 0) return waiting.fail(ended());
    this.#core.receivers.set(waiting, this);
    waiting.onAbort = () => this.#core.receivers.delete(waiting);
  }
}

/**
 * Opens a channel that buffers up to `capacity` values: 0 makes each `send` meet its `receive`, `Infinity` never waits.
 *
 * @throws {RangeError} If `capacity` is neither a whole number from 0 nor `Infinity`.
 */
export function openMemoryChannel<T>(capacity: number): [SendChannel<T>, ReceiveChannel<T>] {
  if (capacity !== Infinity && !(Number.isInteger(capacity) && capacity >= 0)) {
    throw new RangeError(
      `Cannot open a channel: the capacity must be a whole number or Infinity, and is ${capacity}`,
    );
  }
  const core = new Core<T>(capacity);
  return [new SendChannel(core), new ReceiveChannel(core)];
}

function waitOutside<T>(arm: (waiting: Waiting<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => arm({ wake: resolve, fail: reject, onAbort: null }));
}

function first<K>(waiting: ReadonlyMap<K, unknown>): K | null {
  for (const key of waiting.keys()) return key;
  return null;
}

function closedHere(): ClosedResourceError {
  return new ClosedResourceError("This end of the channel is closed");
}

function broken(): BrokenResourceError {
  return new BrokenResourceError("Every receiver of the channel is closed");
}

function ended(): EndOfChannel {
  return new EndOfChannel("Every sender of the channel is closed");
}
