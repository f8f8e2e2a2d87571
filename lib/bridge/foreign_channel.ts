import { BrokenResourceError, EndOfChannel } from "../sync/channel_errors.ts";
import { Event } from "../sync/event.ts";
import type { ReceiveChannel, SendChannel } from "../sync/memory_channel.ts";
import { nextOf } from "../sync/next_of.ts";
import { ForeignTaskReturned } from "./foreign_errors.ts";

/** The side of a foreign function: its way to the task that it belongs to. */
export interface ForeignChannel<First, Out, In> {
  /** Aborts when the inside ends; the reason says how. */
  readonly signal: AbortSignal;
  /**
   * Says that the function is ready, and lets the inside begin.
   *
   * @throws {TypeError} The second time.
   */
  started(first: First): void;
  /** Sends a value to the inside, waiting for room. Rejects with the reason of `signal` once the inside has ended. */
  send(value: Out): Promise<void>;
  /** The next value of the inside. Rejects with the reason of `signal` once the inside has ended. */
  receive(): Promise<In>;
}

/** @internal */
export class ForeignEnd<First, Out, In> implements ForeignChannel<First, Out, In> {
  /** Set when the function has called `started`, or has settled. */
  readonly ready: Event = new Event();
  first: { readonly value: First } | null = null;
  readonly #controller = new AbortController();
  readonly #out: SendChannel<Out>;
  readonly #in: ReceiveChannel<In>;

  constructor(out: SendChannel<Out>, incoming: ReceiveChannel<In>) {
    this.#out = out;
    this.#in = incoming;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  started(first: First): void {
    if (this.first !== null) throw new TypeError("Cannot call started() twice");
    this.first = { value: first };
    this.ready.set();
  }

  async send(value: Out): Promise<void> {
    await this.#out.sendFromOutside(value).catch((error) => this.#explain(error));
  }

  async receive(): Promise<In> {
    return await this.#in.receiveFromOutside().catch((error) => this.#explain(error));
  }

  /** Tells the function that the inside has ended. */
  tell(exit: Error): void {
    this.#controller.abort(exit);
  }

  /** Whether an error is only the answer to what the function was told. */
  wasTold(error: unknown): boolean {
    if (!this.signal.aborted) return false;
    if (error === this.signal.reason) return true;
    return error instanceof Error && (error.name === "AbortError" || error.cause === this.signal.reason);
  }

  close(): void {
    this.#out.close();
    this.#in.close();
  }

  #explain(error: unknown): never {
    throw this.signal.aborted ? this.signal.reason : error;
  }
}

/** The side of the task: its way to the foreign function. */
export class InsideChannel<Out, In> {
  readonly #out: SendChannel<In>;
  readonly #in: ReceiveChannel<Out>;
  #failure: { readonly error: unknown } | null = null;

  /** @internal */
  constructor(out: SendChannel<In>, incoming: ReceiveChannel<Out>) {
    this.#out = out;
    this.#in = incoming;
  }

  /**
   * Sends a value to the foreign function, waiting for room.
   *
   * @throws {ForeignTaskReturned} If the function has returned.
   * @throws What the function failed with.
   * @throws {Cancelled}
   */
  async send(value: In): Promise<void> {
    await this.#out.send(value).catch((error) => this.#explain(error));
  }

  /**
   * Waits for the next value of the foreign function.
   *
   * @throws {ForeignTaskReturned} If the function has returned, and all values have been received.
   * @throws What the function failed with.
   * @throws {Cancelled}
   */
  async receive(): Promise<Out> {
    return await this.#in.receive().catch((error) => this.#explain(error));
  }

  /** Receives until the foreign function returns. */
  [Symbol.asyncIterator](): AsyncIterator<Out, undefined> {
    return { next: () => nextOf(this) };
  }

  /** @internal The function has failed: that is no end of what it sent. */
  fail(error: unknown): void {
    this.#failure = { error };
  }

  /** @internal */
  close(): void {
    this.#out.close();
    this.#in.close();
  }

  #explain(error: unknown): never {
    if (!(error instanceof EndOfChannel || error instanceof BrokenResourceError)) throw error;
    throw this.#failure === null
      ? new ForeignTaskReturned("The foreign task has returned")
      : this.#failure.error;
  }
}
