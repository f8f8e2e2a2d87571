/**
 * Looks whether bytes are one well-formed CBOR item within limits, before anything is made of them. A decoder trusts the
 * lengths that it reads, so four bytes can ask it for four billion elements, and a run of brackets for its whole stack.
 *
 * Tags are refused unless they are named: a decoder gives some of them powers that a message has no use for.
 */

/** Limits of one message. */
export interface CborLimits {
  /** Arrays and maps inside each other. */
  readonly maxDepth: number;
  /** Items altogether, each element, key and value counted. */
  readonly maxItems: number;
  /**
   * The tags that it may have, each with what must follow it.
   *
   * @default None.
   */
  readonly tags?: ReadonlyMap<number, Tagged>;
}

/** A tag that is allowed, and the items that may stand behind it. */
export interface Tagged {
  readonly kind: "number" | "bytes" | "array" | "map";
  /**
   * Bytes of one element: there must be a whole number of them.
   *
   * @default {1}
   */
  readonly unit?: number;
  /** @default {Infinity} */
  readonly maxBytes?: number;
}

const MAJOR_BYTES = 2;
const MAJOR_TEXT = 3;
const MAJOR_ARRAY = 4;
const MAJOR_MAP = 5;
const MAJOR_TAG = 6;
const MAJOR_SIMPLE = 7;

/** The first of the simple values false, true, null and undefined; others mean nothing. */
const FIRST_SIMPLE = 20;
const UNKNOWN_SIMPLE = "a simple value that means nothing";

/** How many bytes follow the first for each of the values 24 to 27 of its lower bits. */
const ARGUMENT_BYTES: Readonly<Record<number, number>> = { 24: 1, 25: 2, 26: 4, 27: 8 };

interface Head {
  readonly major: number;
  readonly argument: number;
  readonly next: number;
}

/** Says what is wrong with `bytes`; null if nothing is. */
export function checkCbor(bytes: Uint8Array, limits: CborLimits): string | null {
  // Items that are still open at each depth; maps count keys and values.
  const open: number[] = [1];
  let at = 0;
  let items = 0;
  while (open.length > 0) {
    if (open.at(-1) === 0) {
      open.pop();
      continue;
    }
    open[open.length - 1]! -= 1;
    const head = readHead(bytes, at);
    if (typeof head === "string") return head;
    at = head.next;
    if (head.major === MAJOR_TAG) {
      const tagged = limits.tags?.get(head.argument);
      if (tagged === undefined) return `a tag (${head.argument})`;
      if (!isTagged(bytes, at, tagged)) return `something else than the tag ${head.argument} is for`;
      // The item behind it is the same one, as far as counting goes.
      open[open.length - 1]! += 1;
      continue;
    }
    items += 1;
    if (items > limits.maxItems) return `more than ${limits.maxItems} items`;
    if (head.major >= MAJOR_BYTES && head.major <= MAJOR_TEXT) {
      at += head.argument;
      if (at > bytes.length) return "a string that is longer than the message";
    } else if (head.major === MAJOR_ARRAY || head.major === MAJOR_MAP) {
      const inside = head.major === MAJOR_MAP ? 2 * head.argument : head.argument;
      // Every item takes a byte at least.
      if (inside > bytes.length - at) return "a list that is longer than the message";
      if (open.length > limits.maxDepth) return `more than ${limits.maxDepth} levels`;
      open.push(inside);
    }
  }
  return at === bytes.length ? null : "bytes after its end";
}

function isTagged(bytes: Uint8Array, at: number, { kind, unit = 1, maxBytes = Infinity }: Tagged): boolean {
  const head = readHead(bytes, at);
  if (typeof head === "string") return false;
  switch (kind) {
    case "number":
      // Simple values beside floats are no numbers.
      return head.major <= 1 || (head.major === MAJOR_SIMPLE && (bytes[at]! & 0x1f) >= 25);
    case "bytes":
      return head.major === MAJOR_BYTES && head.argument % unit === 0 && head.argument <= maxBytes;
    case "array":
      return head.major === MAJOR_ARRAY;
    case "map":
      return head.major === MAJOR_MAP;
  }
}

function readHead(bytes: Uint8Array, at: number): Head | string {
  const first = bytes[at];
  if (first === undefined) return "an early end";
  const major = first >> 5;
  const low = first & 0x1f;
  if (low < FIRST_SIMPLE && major === MAJOR_SIMPLE) return UNKNOWN_SIMPLE;
  if (low < 24) return { major, argument: low, next: at + 1 };
  const length = ARGUMENT_BYTES[low];
  if (length === undefined) return "an item of indefinite length or of no known kind";
  if (at + 1 + length > bytes.length) return "an early end";
  if (major === MAJOR_SIMPLE && length === 1) return UNKNOWN_SIMPLE;
  if (major === MAJOR_SIMPLE) return { major, argument: 0, next: at + 1 + length };
  let argument = 0;
  for (let i = 1; i <= length; i++) argument = argument * 256 + bytes[at + i]!;
  return { major, argument, next: at + 1 + length };
}
