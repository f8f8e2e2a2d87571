/**
 * Puts the parts of long payloads together again. Its memory is bounded, for each message and for all of them together.
 *
 * The first part says how long the whole is. Room for that is set aside when a share of it has come: a lie gets no more than
 * a multiple of what it costs. From then on each part is copied once, to where it stays.
 */
import { FrameError } from "./frame_splitter.ts";
import { Kind, type Message, MIN_PART_BYTES } from "./message.ts";
import { PayloadError, type PayloadLimits, tooLong } from "./payload.ts";

/** Limits of the payloads that are open on one connection at a time. */
export interface PartLimits extends Pick<PayloadLimits, "maxBytes"> {
  /** Messages of which parts have come. */
  readonly maxOpen: number;
  /** Bytes of all parts together. */
  readonly maxTotalBytes: number;
}

/** The memory that the parts of all connections of an actor may take together. */
export class PartBudget {
  readonly maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Whether there is room for so many bytes, which are taken then. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.maxBytes) return false;
    this.#bytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
  }
}

/** Of a payload this share comes before there is room for all of it. */
const SHARE = 1 / 8;

interface Parts {
  /** How long the whole payload is to be. */
  readonly total: number;
  /** The parts that came before there was room. */
  readonly parts: Uint8Array[];
  /** Room for the whole. */
  whole: Uint8Array | null;
  length: number;
  /** Whether what still comes of it is dropped. */
  isDropped: boolean;
}

/** Kinds of message that may have parts. All others are short, and may come between the parts of messages of their dialog. */
const WITH_PARTS: ReadonlySet<Kind> = new Set<Kind>([
  Kind.start,
  Kind.started,
  Kind.yield,
  Kind.return,
  Kind.error,
  Kind.cancelAck,
]);

/** Parts of one connection that wait for the rest of their message. */
export class PartStore {
  readonly #limits: PartLimits;
  readonly #budget: PartBudget;
  readonly #open = new Map<number, Parts>();
  #bytes = 0;

  /** @param budget Shared with other connections. */
  constructor(limits: PartLimits, budget: PartBudget = new PartBudget(Infinity)) {
    this.#limits = limits;
    this.#budget = budget;
  }

  /** Bytes that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes of the memory that is set aside for them. */
  get reserved(): number {
    return [...this.#open.values()].reduce((sum, { whole, length, isDropped }) => {
      return sum + (isDropped ? 0 : whole?.length ?? length);
    }, 0);
  }

  /** How many messages are waited for. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Keeps a copy of a part.
   *
   * @throws {PayloadError} If there is too much of it; the rest is dropped as it comes.
   * @throws {FrameError} If the other side must not send that.
   */
  add({ dialog, number, payload }: Message): void {
    const { maxBytes, maxTotalBytes } = this.#limits;
    if (payload === null || payload.length < MIN_PART_BYTES) {
      throw new FrameError(`A part of less than ${MIN_PART_BYTES} bytes`);
    }
    const open = this.#open.get(dialog) ?? this.#begin(dialog, number);
    if (open.isDropped) return;
    if (number !== open.total || open.length + payload.length > number) throw wrongLength();
    const isFitting = number <= maxBytes && this.#bytes + payload.length <= maxTotalBytes;
    if (isFitting && this.#budget.take(payload.length)) return this.#keep(open, payload);
    this.ignoreRest(dialog);
    if (number > maxBytes) throw tooLong(number, maxBytes);
    const most = isFitting ? this.#budget.maxBytes : maxTotalBytes;
    throw new PayloadError(
      `Cannot read what came in: parts of it and of others take more than ${most} bytes`,
    );
  }

  /**
   * The message with its whole payload; null if that is dropped.
   *
   * @throws {FrameError} If the payload is not as long as its parts have said.
   */
  complete(message: Message): Message | null {
    if (this.#open.size === 0 || !WITH_PARTS.has(message.kind)) return message;
    const open = this.#open.get(message.dialog);
    if (open === undefined) return message;
    this.drop(message.dialog);
    if (open.isDropped) return null;
    const last = message.payload ?? new Uint8Array(0);
    if (open.length + last.length !== open.total) throw wrongLength();
    const whole = open.whole ?? wholeOf(open);
    whole.set(last, open.length);
    return { ...message, payload: whole };
  }

  /** The message that has begun in a dialog is of no use any more: what still comes of it is dropped. */
  ignoreRest(dialog: number): void {
    const open = this.#open.get(dialog);
    if (open === undefined || open.isDropped) return;
    this.#letGo(open);
    open.isDropped = true;
    open.parts.length = 0;
    open.whole = null;
  }

  /** Forgets a message that is not sent to its end. */
  drop(dialog: number): void {
    const open = this.#open.get(dialog);
    if (open === undefined) return;
    if (!open.isDropped) this.#letGo(open);
    this.#open.delete(dialog);
  }

  /** Forgets everything. */
  clear(): void {
    for (const dialog of [...this.#open.keys()]) this.drop(dialog);
  }

  #letGo({ length }: Parts): void {
    this.#bytes -= length;
    this.#budget.give(length);
  }

  #keep(open: Parts, payload: Uint8Array): void {
    if (open.whole === null) open.parts.push(payload.slice());
    else open.whole.set(payload, open.length);
    open.length += payload.length;
    this.#bytes += payload.length;
    if (open.whole !== null || open.length < open.total * SHARE) return;
    open.whole = wholeOf(open);
    open.parts.length = 0;
  }

  #begin(dialog: number, total: number): Parts {
    if (this.#open.size >= this.#limits.maxOpen) {
      throw new FrameError(`Parts of more than ${this.#limits.maxOpen} messages at a time`);
    }
    const open = { total, parts: [], whole: null, length: 0, isDropped: false };
    this.#open.set(dialog, open);
    return open;
  }
}

/** Room for the whole, with all in it that has come. */
function wholeOf({ total, parts }: Parts): Uint8Array {
  const whole = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function wrongLength(): FrameError {
  return new FrameError("A payload that is not as long as its parts say");
}
