/** The content of messages: values to CBOR and back, within limits. */
import { addExtension, Encoder } from "cbor-x/encode";
import { Decoder } from "cbor-x/decode";
import { giveAway, takeMemory } from "../base/own_memory.ts";
import { messageOf } from "../base/user_error.ts";
import { type CborLimits, checkCbor, type Tagged } from "./cbor_check.ts";
import { encodeInOwnRoom } from "./encoder_room.ts";
import { HEADROOM_BYTES } from "./message.ts";
import { NOT_PLAIN, PlainDecoder } from "./plain_decoder.ts";
import { PLAIN_BYTES, PLAIN_DEPTH, PlainEncoder } from "./plain_encoder.ts";
import { howCarried, MAX_BIGINT_BYTES, whyNotCarried } from "./why_not_carried.ts";

/** A value that cannot be sent, or bytes that are none. */
export class PayloadError extends Error {
  override readonly name = "PayloadError";
}

/** Limits of the content of a payload, and of the length of its bytes, in as many parts as that takes. */
export interface PayloadLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
  readonly maxItems: number;
}

/** Memory that both sides of a connection see, as threads of one process can. */
export interface SharedMemory {
  /** The number by which the other side finds it. */
  share(memory: SharedArrayBuffer): number;
  find(id: number): SharedArrayBuffer | undefined;
}

/** The default limits. */
export const PAYLOAD_LIMITS: PayloadLimits = {
  maxBytes: 256 * 1_024 * 1_024,
  maxDepth: 64,
  maxItems: 4_000_000,
};

/** From this length on a byte array is encoded by itself, with a head of this many bytes. */
const SHORT_BYTES = 4_096;
const BYTES_HEAD = 5;

/** With so many bytes in it a value is encoded into room of its own. */
const LONG_BYTES = 2 * 1_024 * 1_024;

/** Marks the bytes of an ArrayBuffer; a byte string without a tag is a Uint8Array. */
const ARRAY_BUFFER_TAG = 43_000;

/** Marks the number of memory that both sides see. */
const SHARED_MEMORY_TAG = 43_001;

const BYTES: Tagged = { kind: "bytes" };

/** Dates, whole numbers without bound, typed arrays (RFC 8746), sets, maps that are no plain objects. */
const TAGS: ReadonlyMap<number, Tagged> = new Map<number, Tagged>([
  [1, { kind: "number" }],
  [2, { kind: "bytes", maxBytes: MAX_BIGINT_BYTES }],
  [3, { kind: "bytes", maxBytes: MAX_BIGINT_BYTES }],
  // Of the typed arrays those that a machine of low byte order has.
  ...[64, 68, 72].map((tag): [number, Tagged] => [tag, BYTES]),
  ...[69, 77].map((tag): [number, Tagged] => [tag, { kind: "bytes", unit: 2 }]),
  ...[70, 78, 85].map((tag): [number, Tagged] => [tag, { kind: "bytes", unit: 4 }]),
  ...[71, 79, 86].map((tag): [number, Tagged] => [tag, { kind: "bytes", unit: 8 }]),
  [258, { kind: "array" }],
  [259, { kind: "map" }],
  [ARRAY_BUFFER_TAG, BYTES],
]);

const TAGS_OF_THREADS = new Map<number, Tagged>([...TAGS, [SHARED_MEMORY_TAG, { kind: "number" }]]);

const options = { useRecords: false, mapsAsObjects: true, tagUint8Array: false, variableMapSize: true };
const encoder = new Encoder(options);
const decoder = new Decoder(options);
const plainEncoder = new PlainEncoder();
const plainDecoder = new PlainDecoder();

addExtension<ArrayBuffer, Uint8Array>({
  Class: ArrayBuffer,
  tag: ARRAY_BUFFER_TAG,
  encode: (value, encode) => encode(new Uint8Array(value)),
  decode: (bytes) => new Uint8Array(bytes).buffer,
});

addExtension<SharedArrayBuffer, number>({
  Class: SharedArrayBuffer,
  tag: SHARED_MEMORY_TAG,
  encode: (value, encode) => encode(memoryInUse!.share(value)),
  decode: (id) => sharedWith(memoryInUse, id),
});

/** The memory of the connection for which something is encoded or decoded just now. */
let memoryInUse: SharedMemory | null = null;

/**
 * The bytes of a value. They may be a view on a buffer that nobody writes to any more.
 *
 * @param memory Hands over the shared memory in it; without it there is none to be sent.
 * @throws {PayloadError} If it holds what cannot be sent, or too much.
 */
export function encodePayload(
  value: unknown,
  limits: PayloadLimits = PAYLOAD_LIMITS,
  memory: SharedMemory | null = null,
): Uint8Array {
  memoryInUse = memory;
  const isLong = value instanceof Uint8Array && value.constructor === Uint8Array &&
    value.length > SHORT_BYTES && value.buffer instanceof ArrayBuffer;
  const bytes = isLong ? encodeBytes(value, limits) : encodeValue(value, limits);
  requireFitting(bytes.length, limits);
  return bytes;
}

function encodeValue(value: unknown, limits: PayloadLimits): Uint8Array {
  try {
    const plain = isWideEnough(limits) ? plainEncoder.encode(value) : null;
    if (plain !== null) return plain;
    const { reason, binaryBytes } = howCarried(value, { ...limits, sharesMemory: memoryInUse !== null });
    if (reason !== null) throw new PayloadError(reason);
    if (binaryBytes < LONG_BYTES) return encoder.encode(value);
    if (binaryBytes > limits.maxBytes) throw new PayloadError(overLimit(binaryBytes, limits));
    return encodeInOwnRoom(encoder, value, binaryBytes);
  } catch (error) {
    throw new PayloadError(`Cannot send this: ${messageOf(error)}`, { cause: error });
  }
}

/** A long byte array on its own: one copy of it, where an encoder that knows no length beforehand takes two. */
function encodeBytes(value: Uint8Array, limits: PayloadLimits): Uint8Array {
  requireFitting(BYTES_HEAD + value.length, limits);
  const length = BYTES_HEAD + value.length;
  const needed = HEADROOM_BYTES + length;
  // A payload for a thread takes its whole memory along, and that thread must not see the former content of this memory.
  const memory = memoryInUse === null ? takeMemory(needed) : new ArrayBuffer(needed);
  const bytes = giveAway(new Uint8Array(memory, HEADROOM_BYTES, length));
  bytes[0] = 0x5a;
  new DataView(memory).setUint32(HEADROOM_BYTES + 1, value.length);
  bytes.set(value, BYTES_HEAD);
  return bytes;
}

/** Whether whatever is plain is within the limits. */
function isWideEnough({ maxBytes, maxDepth, maxItems }: PayloadLimits): boolean {
  return maxBytes >= PLAIN_BYTES && maxItems >= PLAIN_BYTES && maxDepth >= PLAIN_DEPTH;
}

function requireFitting(length: number, limits: PayloadLimits): void {
  if (length > limits.maxBytes) throw new PayloadError(`Cannot send this: ${overLimit(length, limits)}`);
}

function overLimit(length: number, { maxBytes }: PayloadLimits): string {
  return `it takes ${length} bytes, and at most ${maxBytes} are allowed`;
}

/**
 * The value of some bytes. Byte arrays in it are views.
 *
 * @param memory Finds the shared memory in it.
 * @throws {PayloadError} If they are no value within the limits.
 */
export function decodePayload(
  bytes: Uint8Array,
  limits: PayloadLimits = PAYLOAD_LIMITS,
  memory: SharedMemory | null = null,
): unknown {
  const plain = isWideEnough(limits) ? plainDecoder.decode(bytes) : NOT_PLAIN;
  if (plain !== NOT_PLAIN) return plain;
  memoryInUse = memory;
  const tags = memory === null ? TAGS : TAGS_OF_THREADS;
  const wrong = checkCbor(bytes, { ...limits, tags } satisfies CborLimits);
  if (wrong !== null) throw new PayloadError(`Cannot read what came in: it holds ${wrong}`);
  try {
    return decoder.decode(bytes);
  } catch (error) {
    throw new PayloadError(`Cannot read what came in: ${messageOf(error)}`, { cause: error });
  }
}

function sharedWith(memory: SharedMemory | null, id: number): SharedArrayBuffer {
  const found = memory?.find(id);
  if (found === undefined) throw new Error(`memory ${id}, which was not shared`);
  return found;
}

/** The part of a refused value that cannot be sent, in either direction; null if the value is only too long. */
export function whyRefused(value: unknown): string | null {
  return whyNotCarried(value, { ...PAYLOAD_LIMITS, sharesMemory: true }) ??
    whyNotCarried(value, PAYLOAD_LIMITS);
}

/** The error of a payload that came in and is over the limit. */
export function tooLong(length: number, maxBytes: number): PayloadError {
  return new PayloadError(
    `Cannot read what came in: it takes ${length} bytes, and at most ${maxBytes} are allowed`,
  );
}
