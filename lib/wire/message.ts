/**
 * The messages that actors exchange. Each is a frame with one CBOR array, `[kind, dialog, number]` or
 * `[kind, dialog, number, payload]`, and the payload is CBOR of its own inside of a byte string: a reader of the
 * envelope need not understand its content, so that a bad payload ends a dialog and not its connection.
 *
 * `docs/protocol.md` is the specification.
 */
import { giveAway, isGivenAway } from "../base/own_memory.ts";
import { FrameError, HEADER_BYTES } from "./frame_splitter.ts";

/** The version of the protocol that is spoken here. */
export const ACTOR_PROTOCOL = 1;

/** The kinds of message. The numbers are those of the wire. */
export const Kind = {
  /** The first message of either side: who it is. `number` is the version of the protocol. */
  hello: 0,
  /** The last message of a side that ends the connection on purpose. */
  bye: 1,
  /** Opens a dialog. `number` is how many yields its sender takes before it has opened its stream. */
  start: 2,
  /** The task of a context or a stream has begun. `number` as in `start`. */
  startAck: 3,
  /** The value with which a context has begun. */
  started: 4,
  /** One value of a stream. */
  yield: 5,
  /** The stream is open on this side, and takes `number` more values. */
  credit: 6,
  /** The stream is closed on this side: nothing more is sent, and nothing more is taken. */
  stop: 7,
  /** The end of a dialog: its result. */
  return: 8,
  /** The end of a dialog: its error, boxed. */
  error: 9,
  /** Asks the other side to cancel its part of a dialog. `number` is how many milliseconds it has; 0 for no bound. */
  cancel: 10,
  /** The end of a dialog: it was cancelled, and its task is over. */
  cancelAck: 11,
  /**
   * A part of a payload that is too long for one frame; the last part comes with the message itself. `number` is how many
   * bytes the whole payload has.
   */
  part: 12,
  /** Asks whether the other side is alive. */
  ping: 13,
  /** The answer, with the same number. */
  pong: 14,
  /** A crash is held for inspection where the dialog leads: deadlines do not count while `number` is 1. */
  hold: 15,
} as const;

/** A kind of message. */
export type Kind = typeof Kind[keyof typeof Kind];

/** The dialog that is the connection itself, or, between a parent and its child, the child as a whole. */
export const ACTOR_DIALOG = 0;

/** A message, with its payload left as it is. */
export interface Message {
  readonly kind: Kind;
  /** Number of the dialog; those of the side that has connected are odd, the others even. */
  readonly dialog: number;
  readonly number: number;
  readonly payload: Uint8Array | null;
}

/** The longest payload that travels in one frame; longer ones are cut into parts. */
export const PART_BYTES = 128 * 1_024;

/**
 * The shortest payload of a part, which is not the last of its message: what is kept of a connection must not be much more
 * than what came over it.
 */
export const MIN_PART_BYTES = 16 * 1_024;

/** No envelope around a payload is longer. */
export const ENVELOPE_BYTES = 64;
/** The longest frame: a payload and the envelope around it. */
export const MAX_FRAME_BYTES = PART_BYTES + ENVELOPE_BYTES;

const KINDS: ReadonlySet<number> = new Set(Object.values(Kind));
const BYTES = 0x40;
const ARRAY = 0x80;

/** A frame as one piece, or as its head and a payload that is too long to be copied for nothing. */
export type WireFrame = readonly [Uint8Array] | readonly [Uint8Array, Uint8Array];

/** The longest head of a frame: what is encoded into memory of its own has so much room before it. */
export const HEADROOM_BYTES = 40;

/** Up to this length a payload is copied out of its frame. */
const FEW_BYTES = 64;

/** From this length on a payload is a piece of its own. */
const LONG_BYTES = 8 * 1_024;

/** Whether a message is one frame of one piece. */
export function isShort({ payload }: Message): boolean {
  return payload === null || payload.length < LONG_BYTES;
}

/** The frame of a message. It takes the memory of a payload that was given away, with the room for its head before it. */
export function encodeMessage({ kind, dialog, number, payload }: Message): WireFrame {
  const length = payload?.length ?? 0;
  const head = 2 + sizeOf(dialog) + sizeOf(number) + (payload === null ? 0 : sizeOf(length));
  const isLong = length >= LONG_BYTES;
  const isWhole = isLong && payload!.byteOffset >= HEADROOM_BYTES && isGivenAway(payload!);
  const frame = isWhole
    ? frameAround(payload!, HEADER_BYTES + head)
    : new Uint8Array(HEADER_BYTES + head + (isLong ? 0 : length));
  const inside = head + length;
  frame[0] = inside >>> 24;
  frame[1] = inside >>> 16;
  frame[2] = inside >>> 8;
  frame[3] = inside;
  frame[4] = ARRAY | (payload === null ? 3 : 4);
  frame[5] = kind;
  let at = writeHead(frame, 6, 0, dialog);
  at = writeHead(frame, at, 0, number);
  if (payload === null) return [frame];
  at = writeHead(frame, at, BYTES, length);
  if (isWhole) return [frame];
  if (isLong) return [frame, payload];
  frame.set(payload, at);
  return [frame];
}

function frameAround(payload: Uint8Array, head: number): Uint8Array {
  return giveAway(new Uint8Array(payload.buffer, payload.byteOffset - head, head + payload.length));
}

/** Whether the content of a frame that begins with this byte can be a message. */
export function beginsMessage(first: number): boolean {
  return first === (ARRAY | 3) || first === (ARRAY | 4);
}

/** Whether the content of a frame that begins like this can be a part. */
export function beginsPart(begun: Uint8Array): boolean {
  return begun[0] === (ARRAY | 4) && begun[1] === Kind.part;
}

/**
 * Reads the content of a frame. A payload that is not short is a view.
 *
 * @throws {FrameError} If it is no message.
 */
export function decodeMessage(content: Uint8Array): Message {
  return decodeMessageIn(content, 0, content.length);
}

/** {@linkcode decodeMessage} of a frame whose content is among other bytes. */
export function decodeMessageIn(content: Uint8Array, start: number, end: number): Message {
  const first = start < end ? content[start] : undefined;
  const hasPayload = first === (ARRAY | 4);
  if (!hasPayload && first !== (ARRAY | 3)) throw new FrameError("A frame that is no message");
  const reader = { content, at: start + 1, end };
  const kind = readHead(reader, 0);
  const dialog = readHead(reader, 0);
  const number = readHead(reader, 0);
  const length = hasPayload ? readHead(reader, BYTES) : 0;
  if (reader.at + length !== end) throw new FrameError("A message that is not as long as it says");
  if (!KINDS.has(kind)) throw new FrameError(`A message of the unknown kind ${kind}`);
  const payload = hasPayload ? bytesIn(content, reader.at, length) : null;
  return { kind: kind as Kind, dialog, number, payload };
}

/** A part of some bytes: few are copied, because a view of them would take longer to make. */
function bytesIn(content: Uint8Array, at: number, length: number): Uint8Array {
  if (length > FEW_BYTES) return new Uint8Array(content.buffer, content.byteOffset + at, length);
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = content[at + i]!;
  return bytes;
}

/** Bytes that the head of an item takes. */
function sizeOf(value: number): number {
  return value < 24 ? 1 : value < 0x100 ? 2 : value < 0x10000 ? 3 : value < 0x100000000 ? 5 : 9;
}

function writeHead(frame: Uint8Array, at: number, major: number, value: number): number {
  const size = sizeOf(value);
  if (size === 1) frame[at] = major | value;
  else {
    frame[at] = major | (size === 2 ? 24 : size === 3 ? 25 : size === 5 ? 26 : 27);
    for (let i = size - 1, rest = value; i > 0; i--, rest = Math.floor(rest / 256)) frame[at + i] = rest;
  }
  return at + size;
}

/** Bytes up to an end, and how far they were read. */
interface Reader {
  readonly content: Uint8Array;
  readonly end: number;
  at: number;
}

function readHead(reader: Reader, major: number): number {
  const { content, end } = reader;
  const first = reader.at < end ? content[reader.at] : undefined;
  if (first === undefined || (first & 0xe0) !== major) throw new FrameError("A frame that is no message");
  const low = first & 0x1f;
  reader.at += 1;
  if (low < 24) return low;
  const size = low === 24 ? 1 : low === 25 ? 2 : low === 26 ? 4 : low === 27 ? 8 : 0;
  if (size === 0 || reader.at + size > end) throw new FrameError("A frame that is no message");
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + content[reader.at + i]!;
  reader.at += size;
  if (value > Number.MAX_SAFE_INTEGER) throw new FrameError("A message with a number beyond 2^53 - 1");
  return value;
}
