/**
 * Messages that wait to be written to one connection, and their order. PURE: messages in, frames out.
 *
 * Invariants:
 * 1. The messages of one dialog stay in order, except for urgent ones.
 * 2. Urgent messages overtake everything that was not given out yet, but not each other, and not the start of their own
 *    dialog: a cancel never arrives before it. A dialog that is cancelled before its start went out is not started any more.
 * 3. A long payload goes out in parts, and between any two of them other dialogs have their turn; short messages do not
 *    keep it from going out.
 * 4. However often the other side asks whether this one is alive, one answer waits.
 */
import { encodeMessage, Kind, type Message, PART_BYTES, type WireFrame } from "./message.ts";
import { Queue } from "../base/queue.ts";

/** Kinds that do not wait behind data. The last message of a dialog does: it comes after what was sent before it. */
const URGENT: ReadonlySet<Kind> = new Set<Kind>([
  Kind.hello,
  Kind.start,
  Kind.cancel,
  Kind.credit,
  Kind.ping,
  Kind.hold,
]);

/** A dialog with a long payload on its way, and what comes behind it. */
interface Lane {
  readonly queue: Queue<Message>;
  /** How much of the first message has gone out. */
  offset: number;
  /** Bytes of payloads that wait in it. */
  bytes: number;
  /** How many short messages were queued before it: those of its own dialog are among them. */
  readonly behind: number;
}

/** See the module. */
export class Outgoing {
  readonly #longest: number;
  #pong: WireFrame | null = null;
  readonly #urgent = new Queue<WireFrame>();
  readonly #frames = new Queue<WireFrame>();
  /** In the order of their turns. */
  readonly #lanes = new Map<number, Lane>();
  /** How many short messages that are not urgent were ever queued. */
  #short = 0;
  /** Bytes of short messages that have gone out since the last part of a long one. */
  #sincePart = 0;
  #bytes = 0;

  /** @param longest The longest payload that goes out in one piece. */
  constructor(longest: number = PART_BYTES) {
    this.#longest = longest;
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#pong === null && this.#urgent.size + this.#frames.size + this.#lanes.size === 0;
  }

  push(message: Message): void {
    const { kind, dialog, payload } = message;
    if (kind === Kind.pong) return void (this.#pong = encodeMessage(message));
    if (kind === Kind.cancel) this.#dropUnstarted(dialog);
    const lane = this.#lanes.get(dialog);
    const isLong = payload !== null && payload.length > this.#longest;
    if (!isLong && URGENT.has(kind) && !isUnstarted(lane)) return this.#pushFrame(this.#urgent, message);
    if (isLong || lane !== undefined) return this.#pushInto(lane ?? this.#newLane(dialog), message);
    this.#pushFrame(this.#frames, message);
    this.#short += 1;
  }

  /** Takes the pieces of frames of up to some bytes together, or of a single longer one; none if nothing waits. */
  take(maxBytes: number): readonly Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let length = 0;
    while (length < maxBytes) {
      const frame = this.#next();
      if (frame === undefined) break;
      pieces.push(frame[0]);
      if (frame[1] !== undefined) pieces.push(frame[1]);
      length += lengthOf(frame);
    }
    return pieces;
  }

  /** Forgets everything. */
  clear(): void {
    this.#pong = null;
    this.#urgent.clear();
    this.#frames.clear();
    this.#lanes.clear();
    this.#bytes = 0;
  }

  #pushFrame(queue: Queue<WireFrame>, message: Message): void {
    const frame = encodeMessage(message);
    this.#bytes += lengthOf(frame);
    queue.push(frame);
  }

  #pushInto(lane: Lane, message: Message): void {
    const length = message.payload?.length ?? 0;
    lane.queue.push(message);
    lane.bytes += length;
    this.#bytes += length;
  }

  #newLane(dialog: number): Lane {
    const lane = { queue: new Queue<Message>(), offset: 0, bytes: 0, behind: this.#short };
    this.#lanes.set(dialog, lane);
    return lane;
  }

  #dropUnstarted(dialog: number): void {
    const lane = this.#lanes.get(dialog);
    if (lane === undefined || !isUnstarted(lane)) return;
    this.#bytes -= lane.bytes;
    this.#lanes.delete(dialog);
  }

  #next(): WireFrame | undefined {
    const pong = this.#pong;
    this.#pong = null;
    if (pong !== null) return pong;
    const frame = this.#urgent.shift() ?? (this.#isTurnOfParts() ? undefined : this.#frames.shift());
    if (frame === undefined) return this.#nextPart();
    this.#bytes -= lengthOf(frame);
    this.#sincePart += lengthOf(frame);
    return frame;
  }

  #isTurnOfParts(): boolean {
    if (this.#sincePart < PART_BYTES || this.#lanes.size === 0) return false;
    const [first] = this.#lanes.values();
    return first!.behind <= this.#short - this.#frames.size;
  }

  /** The next frame of the lane whose turn it is, which then goes to the end of the row. */
  #nextPart(): WireFrame | undefined {
    if (this.#lanes.size === 0) return undefined;
    const [dialog, lane] = this.#lanes.entries().next().value!;
    this.#sincePart = 0;
    this.#lanes.delete(dialog);
    const message = lane.queue.peek()!;
    const rest = message.payload === null ? null : message.payload.subarray(lane.offset);
    const part = rest !== null && rest.length > this.#longest ? rest.subarray(0, PART_BYTES) : null;
    const sent = (part ?? rest)?.length ?? 0;
    lane.bytes -= sent;
    this.#bytes -= sent;
    lane.offset += sent;
    if (part === null) {
      lane.queue.shift();
      lane.offset = 0;
    }
    if (lane.queue.size > 0) this.#lanes.set(dialog, lane);
    return part === null
      ? encodeMessage({ ...message, payload: rest })
      : encodeMessage({ kind: Kind.part, dialog, number: message.payload!.length, payload: part });
  }
}

function isUnstarted(lane: Lane | undefined): boolean {
  return lane?.queue.peek()?.kind === Kind.start;
}

function lengthOf(frame: WireFrame): number {
  return frame[0].length + (frame[1]?.length ?? 0);
}
