/**
 * The stream of a context: values both ways, in order, none lost. The receiver gives credit, and a sender without any
 * waits, so that a slow reader slows the writer down and nobody else.
 */
import { BrokenResourceError, ClosedResourceError, EndOfChannel } from "../../sync/channel_errors.ts";
import { moveOnAfter } from "../../scope/timeouts.ts";
import { type Give, NOTHING } from "../../sync/wait_list.ts";
import { nextOf } from "../../sync/next_of.ts";
import { Kind } from "../../wire/message.ts";
import { decodePayload, encodePayload, PAYLOAD_LIMITS } from "../../wire/payload.ts";
import { type Dialog, FIRST_WINDOW } from "./dialog.ts";
import { StreamOverrun } from "../errors.ts";
import { type Check, checked } from "./check_value.ts";

/** How a stream is opened. */
export interface StreamOptions {
  /**
   * How many values may wait here before the sender has to. In a context 64 may in any case: the other side does not wait for
   * the stream to be opened here.
   *
   * @default {64}
   */
  readonly bufferSize?: number;
  /**
   * The way of `send` if the other side has no room: it waits, or raises {@linkcode StreamOverrun}.
   *
   * @default {"wait"}
   */
  readonly overrun?: "wait" | "error";
  /**
   * Milliseconds for which `send` waits for the other side to open its stream, once what it takes without is used up.
   *
   * @default {5_000}
   */
  readonly openTimeout?: number;
}

const OPEN_TIMEOUT_MS = 5_000;

/** @internal Checks of what goes out and what comes in. */
export interface StreamChecks {
  readonly outgoing: Check | null;
  readonly incoming: Check | null;
}

/** A stream to another actor: what is sent here is received there, and the other way round. */
export class MsgStream<In, Out> {
  readonly #dialog: Dialog;
  readonly #overrun: "wait" | "error";
  readonly #openTimeout: number;
  readonly #window: number;
  readonly #checks: StreamChecks;
  /** The next value, or nothing while there is none. @throws What `receive` does. */
  readonly #take: Give<In> = () => {
    if (this.#isClosed) throw closedHere();
    const { incoming, link } = this.#dialog;
    const bytes = incoming.shift();
    if (bytes === undefined) {
      if (this.#isOver) throw this.#end();
      return NOTHING;
    }
    this.#giveBack();
    return decodePayload(bytes, PAYLOAD_LIMITS, link.memory) as In;
  };
  /** Values that were taken out and not yet told of. */
  #taken = 0;
  #isClosed = false;
  /** Whether the other side has been told. */
  #isTold = false;

  /** @internal */
  constructor(dialog: Dialog, options: StreamOptions, checks: StreamChecks) {
    const window = windowOf(options);
    this.#dialog = dialog;
    this.#openTimeout = options.openTimeout ?? OPEN_TIMEOUT_MS;
    this.#overrun = options.overrun ?? "wait";
    this.#window = window;
    this.#checks = checks;
    const more = Math.max(0, window - dialog.granted);
    dialog.granted += more;
    dialog.send(Kind.credit, more);
  }

  /**
   * Sends a value; waits until the other side has room for it.
   *
   * @throws {StreamOverrun} If the other side does not open its stream, and what it takes without is used up; with
   * `overrun: "error"` if it has no room now.
   * @throws {BrokenResourceError} If the other side has closed its stream.
   * @throws {ClosedResourceError} If this side has.
   * @throws {PayloadError} If the value cannot be sent; the stream goes on.
   * @throws {RemoteActorError} And what else the dialog has ended with.
   * @throws {Cancelled}
   */
  async send(value: Out): Promise<void> {
    const dialog = this.#dialog;
    const { outgoing } = this.#checks;
    const payload = encodePayload(
      outgoing === null ? value : await outgoing(value),
      PAYLOAD_LIMITS,
      dialog.link.memory,
    );
    this.#refuseIfOver();
    if (dialog.credit <= 0 && this.#overrun === "error") {
      throw new StreamOverrun(`Actor "${dialog.link.peer.path}" has no room for more values`);
    }
    if (dialog.credit <= 0 && !dialog.peerHasOpened) await this.#untilOpened();
    do {
      await dialog.until("send", () => dialog.credit > 0 || this.#refusal() !== null);
      this.#refuseIfOver();
      // Another task may have used up the credit that this one was woken for.
    } while (dialog.credit <= 0);
    dialog.credit -= 1;
    dialog.send(Kind.yield, 0, payload);
    if (!dialog.link.hasRoom) await dialog.link.room();
  }

  /**
   * @internal Sends a value, without a checkpoint; false if that takes a wait, or a check.
   *
   * @throws What `send` does.
   */
  trySend(value: Out): boolean {
    const dialog = this.#dialog;
    this.#refuseIfOver();
    if (this.#checks.outgoing !== null || dialog.credit <= 0 || !dialog.link.hasRoom) return false;
    const payload = encodePayload(value, PAYLOAD_LIMITS, dialog.link.memory);
    dialog.credit -= 1;
    dialog.send(Kind.yield, 0, payload);
    return true;
  }

  /**
   * Waits for the next value.
   *
   * @throws {EndOfChannel} If the other side has closed its stream and nothing is left.
   * @throws {ClosedResourceError} If this side has closed it.
   * @throws {RemoteActorError} And what else the dialog has ended with: an error outranks the end of the stream.
   * @throws {Cancelled}
   */
  async receive(): Promise<In> {
    // A failure of the other side outranks the cancel of the block that it brought about.
    const value = this.#hasFailed ? this.#take() : await this.next();
    return await checked(this.#checks.incoming, value as In) as In;
  }

  /** @internal `receive` without a check of the value. @param isShielded Whether no cancel ends the wait. */
  next(isShielded = false): Promise<In> {
    return this.#dialog.take("receive", this.#take, isShielded);
  }

  /** Receives until the other side closes its stream. */
  [Symbol.asyncIterator](): AsyncIterator<In, undefined> {
    return { next: () => nextOf(this) };
  }

  /** @internal */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** @internal Whether the other side has closed its own, and has said so. */
  get isClosedThere(): boolean {
    return this.#dialog.peerHasStopped;
  }

  /** @internal Closes this side, and tells the other one. Idempotent. */
  close(): void {
    this.leave();
    if (this.#isTold) return;
    this.#isTold = true;
    if (this.#dialog.final === null) this.#dialog.send(Kind.stop);
  }

  /**
   * @internal Closes this side: nothing more is sent or received. The other one is not told yet: where this side is left
   * with an error, it is to hear of that, and not of an end like any other. Idempotent.
   */
  leave(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const dialog = this.#dialog;
    dialog.isDiscarding = true;
    dialog.incoming.clear();
    dialog.notify();
  }

  /** A side that never opens its stream is a mistake, and must not hold the other one for ever. */
  async #untilOpened(): Promise<void> {
    const dialog = this.#dialog;
    await moveOnAfter(
      this.#openTimeout,
      () => dialog.until("stream to be opened", () => dialog.peerHasOpened || this.#refusal() !== null),
    );
    if (!dialog.peerHasOpened && this.#refusal() === null) throw neverOpened(dialog);
  }

  get #isOver(): boolean {
    return this.#isClosed || this.#dialog.final !== null || this.#dialog.peerHasStopped;
  }

  /** Whether the other side has failed, and all is received that it had sent before. */
  get #hasFailed(): boolean {
    const { final, incoming } = this.#dialog;
    return incoming.size === 0 && final !== null && final.how !== "returned";
  }

  /** Why nothing more comes. */
  #end(): unknown {
    const { final } = this.#dialog;
    if (final !== null && final.how !== "returned") return final.error;
    return new EndOfChannel("The other side has closed its stream");
  }

  #refuseIfOver(): void {
    const refusal = this.#refusal();
    if (refusal !== null) throw refusal.error;
  }

  /** Why nothing can be sent; null if something can. */
  #refusal(): { readonly error: unknown } | null {
    const { final, peerHasStopped } = this.#dialog;
    if (this.#isClosed) return { error: closedHere() };
    if (final !== null && final.how !== "returned") return { error: final.error };
    if (final === null && !peerHasStopped) return null;
    return { error: new BrokenResourceError("The other side has closed its stream") };
  }

  /** Gives credit for what was taken, not for each value on its own. */
  #giveBack(): void {
    this.#taken += 1;
    if (this.#taken * 2 < this.#window) return;
    this.#dialog.granted += this.#taken;
    this.#dialog.send(Kind.credit, this.#taken);
    this.#taken = 0;
  }
}

/** @internal How many values may wait. @throws {RangeError} */
export function windowOf({ bufferSize = FIRST_WINDOW }: StreamOptions): number {
  if (Number.isInteger(bufferSize) && bufferSize >= 1 && bufferSize < 2 ** 31) return bufferSize;
  throw new RangeError(
    `Cannot open a stream: bufferSize must be a whole number from 1, and is ${bufferSize}`,
  );
}

/** @internal Runs `body` with this side of a stream, which ends with it. */
export async function withStream<In, Out, T>(
  stream: MsgStream<In, Out>,
  body: (stream: MsgStream<In, Out>) => T | Promise<T>,
): Promise<T> {
  let value: T;
  try {
    value = await body(stream);
  } catch (error) {
    stream.leave();
    throw error;
  }
  stream.close();
  return value;
}

function closedHere(): ClosedResourceError {
  return new ClosedResourceError("This side of the stream is closed");
}

function neverOpened(dialog: Dialog): StreamOverrun {
  return new StreamOverrun(
    `Actor "${dialog.link.peer.path}" has not opened its stream, and what it takes without is used up`,
  );
}
