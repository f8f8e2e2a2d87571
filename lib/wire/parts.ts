/**
 * Puts the parts of long payloads together again. What it keeps is bounded, for each message and for all of them together.
 */
import { concatBytes } from "../base/bytes.ts";
import { FrameError } from "./frame_splitter.ts";
import { Kind, type Message, MIN_PART_BYTES } from "./message.ts";
import { PayloadError, type PayloadLimits, tooLong } from "./payload.ts";

/** What may be open on one connection at a time. */
export interface PartLimits extends Pick<PayloadLimits, "maxBytes"> {
  /** Messages of which parts have come. */
  readonly maxOpen: number;
  /** Bytes of all parts together. */
  readonly maxTotalBytes: number;
}

interface Parts {
  readonly parts: Uint8Array[];
  length: number;
  /** Whether what still comes of it is dropped. */
  isDropped: boolean;
}

/** What may have parts. Everything else is short, and may come between the parts of other messages of its dialog. */
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
  readonly #open = new Map<number, Parts>();
  #bytes = 0;

  constructor(limits: PartLimits) {
    this.#limits = limits;
  }

  /** Bytes that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many messages are waited for. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Keeps a part.
   *
   * @throws {PayloadError} If there is too much of it; the rest is dropped as it comes.
   * @throws {FrameError} If the other side must not send that.
   */
  add({ dialog, payload }: Message): void {
    const { maxBytes, maxTotalBytes } = this.#limits;
    if (payload === null || payload.length < MIN_PART_BYTES) {
      throw new FrameError(`A part of less than ${MIN_PART_BYTES} bytes`);
    }
    const open = this.#open.get(dialog) ?? this.#begin(dialog);
    if (open.isDropped) return;
    open.parts.push(payload);
    open.length += payload.length;
    this.#bytes += payload.length;
    if (open.length <= maxBytes && this.#bytes <= maxTotalBytes) return;
    const error = open.length > maxBytes ? tooLong(open.length, maxBytes) : new PayloadError(
      `Cannot read what came in: parts of it and of others take more than ${maxTotalBytes} bytes`,
    );
    this.ignoreRest(dialog);
    throw error;
  }

  /**
   * The message with its whole payload; null if that is dropped.
   *
   * @throws {PayloadError} If the payload is too long.
   */
  complete(message: Message): Message | null {
    if (this.#open.size === 0 || !WITH_PARTS.has(message.kind)) return message;
    const open = this.#open.get(message.dialog);
    if (open === undefined) return message;
    this.drop(message.dialog);
    if (open.isDropped) return null;
    const last = message.payload ?? new Uint8Array(0);
    const length = open.length + last.length;
    if (length > this.#limits.maxBytes) throw tooLong(length, this.#limits.maxBytes);
    return { ...message, payload: concatBytes([...open.parts, last]) };
  }

  /** The message that has begun in a dialog is of no use any more: what still comes of it is dropped. */
  ignoreRest(dialog: number): void {
    const open = this.#open.get(dialog);
    if (open === undefined || open.isDropped) return;
    this.#bytes -= open.length;
    open.isDropped = true;
    open.parts.length = 0;
  }

  /** Forgets a message that is not sent to its end. */
  drop(dialog: number): void {
    const open = this.#open.get(dialog);
    if (open === undefined) return;
    if (!open.isDropped) this.#bytes -= open.length;
    this.#open.delete(dialog);
  }

  /** Forgets everything. */
  clear(): void {
    this.#open.clear();
    this.#bytes = 0;
  }

  #begin(dialog: number): Parts {
    if (this.#open.size >= this.#limits.maxOpen) {
      throw new FrameError(`Parts of more than ${this.#limits.maxOpen} messages at a time`);
    }
    const open = { parts: [], length: 0, isDropped: false };
    this.#open.set(dialog, open);
    return open;
  }
}
