/**
 * What waits to be written to one connection, and in which order. PURE: messages in, frames out.
 *
 * Invariants:
 * 1. The messages of one dialog stay in order, except for urgent ones.
 * 2. Urgent messages overtake everything that was not given out yet, but not each other: a cancel never arrives before
 *    the start of its dialog. What has not been started when it is cancelled is not started any more.
 * 3. A long payload goes out in parts, and between any two of them other dialogs have their turn.
 */
import { encodeMessage, type Frame, Kind, type Message, PART_BYTES } from "./message.ts";
import { Queue } from "../base/queue.ts";

/** Kinds that do not wait behind data. The last message of a dialog does: it comes after what was sent before it. */
const URGENT: ReadonlySet<Kind> = new Set<Kind>([
  Kind.hello,
  Kind.start,
  Kind.cancel,
  Kind.credit,
  Kind.ping,
  Kind.pong,
  Kind.hold,
]);

/** A dialog with a long payload on its way, and what comes behind it. */
interface Lane {
  readonly queue: Queue<Message>;
  /** How much of the first message has gone out. */
  offset: number;
}

/** See the module. */
export class Outgoing {
  readonly #urgent = new Queue<Frame>();
  readonly #frames = new Queue<Frame>();
  /** In the order of their turns. */
  readonly #lanes = new Map<number, Lane>();
  #bytes = 0;

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#urgent.size + this.#frames.size + this.#lanes.size === 0;
  }

  push(message: Message): void {
    const length = message.payload?.length ?? 0;
    this.#bytes += length;
    const lane = this.#lanes.get(message.dialog);
    if (message.kind === Kind.cancel && lane?.queue.peek()?.kind === Kind.start) {
      this.#lanes.delete(message.dialog);
    }
    if (URGENT.has(message.kind) && length <= PART_BYTES) return this.#urgent.push(encodeMessage(message));
    if (lane !== undefined) return lane.queue.push(message);
    if (length <= PART_BYTES) return this.#frames.push(encodeMessage(message));
    const queue = new Queue<Message>();
    queue.push(message);
    this.#lanes.set(message.dialog, { queue, offset: 0 });
  }

  /** Takes the pieces of frames of up to some bytes together, or of a single longer one; none if nothing waits. */
  take(maxBytes: number): readonly Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let length = 0;
    while (length < maxBytes) {
      const frame = this.#urgent.shift() ?? this.#frames.shift() ?? this.#nextPart();
      if (frame === undefined) break;
      for (const piece of frame) {
        pieces.push(piece);
        length += piece.length;
      }
    }
    this.#bytes = Math.max(0, this.#bytes - length);
    if (this.isEmpty) this.#bytes = 0;
    return pieces;
  }

  /** Forgets everything. */
  clear(): void {
    this.#urgent.clear();
    this.#frames.clear();
    this.#lanes.clear();
    this.#bytes = 0;
  }

  /** The next frame of the lane whose turn it is, which then goes to the end of the row. */
  #nextPart(): Frame | undefined {
    const [first] = this.#lanes;
    if (first === undefined) return undefined;
    const [dialog, lane] = first;
    this.#lanes.delete(dialog);
    const message = lane.queue.peek()!;
    const { payload } = message;
    if (payload !== null && payload.length - lane.offset > PART_BYTES) {
      const part = payload.subarray(lane.offset, lane.offset + PART_BYTES);
      lane.offset += PART_BYTES;
      this.#lanes.set(dialog, lane);
      return encodeMessage({ kind: Kind.part, dialog, number: 0, payload: part });
    }
    lane.queue.shift();
    const rest = payload === null ? null : payload.subarray(lane.offset);
    lane.offset = 0;
    if (lane.queue.size > 0) this.#lanes.set(dialog, lane);
    return encodeMessage({ ...message, payload: rest });
  }
}
