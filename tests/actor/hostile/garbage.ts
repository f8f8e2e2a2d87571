/** What a peer sends that keeps to no rule, drawn by a seed: bytes, frames that were changed, messages in any order. */
import { seeded } from "../../../lib/base/chance.ts";
import { concatBytes } from "../../../lib/base/bytes.ts";
import { Kind, MIN_PART_BYTES } from "../../../lib/wire/message.ts";
import { encodePayload } from "../../../lib/wire/payload.ts";
import { frameOf } from "./raw_peer.ts";

/** Draws from a seed. */
export class Chance {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  /** Whether something happens that does so in this part of all cases. */
  happens(part: number): boolean {
    return this.#random() < part;
  }

  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }
}

/** Kinds of a peer's behaviour, from the one that is cut off at once to the one that gets far. */
export type Manner = "bytes" | "mutated" | "messages";

const KINDS = Object.values(Kind).filter((kind) => kind !== Kind.bye && kind !== Kind.hello);
/** What does not end the connection where the dialog is one of the sender's. */
const OPENER_KINDS = [Kind.start, Kind.yield, Kind.credit, Kind.stop, Kind.cancel, Kind.ping];
/** And where it is one of the other side's. */
const SERVER_KINDS = [
  Kind.startAck,
  Kind.started,
  Kind.yield,
  Kind.credit,
  Kind.stop,
  Kind.return,
  Kind.error,
  Kind.cancelAck,
  Kind.hold,
];
const NUMBERS = [0, 1, 2, 63, 64, 65, 1_000, 2 ** 32, Number.MAX_SAFE_INTEGER];

const WHO = { id: "i", name: "n", path: "p" };
const BOX = {
  type: "TypeError",
  message: "m",
  stack: "s",
  properties: {},
  cause: null,
  errors: null,
  path: ["raw"],
};
const PAYLOADS: readonly (Uint8Array | undefined)[] = [
  ["call", "", "add", [1, 2]],
  ["call", "", "fail", []],
  ["call", "", "hang", []],
  ["call", "", "nope", []],
  ["call", "supervise", "list", []],
  ["call", "supervise", "waitFor", ["nobody"]],
  ["call", "supervise", "register", [{ ...WHO, pid: 1, address: "@nowhere" }]],
  ["call", "supervise", "unregister", ["i"]],
  ["stream", "", "count", [100]],
  ["stream", "", "add", [100]],
  ["context", "", "double", []],
  ["context", "", "ignore", []],
  ["context", "", "double"],
  { canceller: WHO, reason: "because" },
  { canceller: 5, reason: [] },
  BOX,
  { ...BOX, errors: [BOX, 5, { ...BOX, cause: BOX }], properties: { message: 5, toString: 1 } },
  { ...BOX, type: "ErrorGroup", errors: [] },
  null,
  undefined,
  7,
  "text",
  new Map([[1, 2]]),
  new Float64Array(3),
].map((value) => encodePayload(value));

const BROKEN: readonly (Uint8Array | undefined)[] = [
  undefined,
  new Uint8Array(0),
  new Uint8Array([0xff]),
  new Uint8Array([0x9a, 0xff, 0xff, 0xff, 0xff]),
  new Uint8Array(100).fill(0x81),
  new Uint8Array(MIN_PART_BYTES),
];

/** Everything that one peer sends. */
export class Garbage {
  readonly #chance: Chance;
  readonly #manner: Manner;
  /** Of the numbers of its own dialogs. */
  readonly #parity: number;
  #started = 0;

  /** @param parity 1 for the side that has connected, 0 for the other. */
  constructor(chance: Chance, manner: Manner, parity: number) {
    this.#chance = chance;
    this.#manner = manner;
    this.#parity = parity;
  }

  next(): Uint8Array {
    switch (this.#manner) {
      case "bytes":
        return randomBytes(this.#chance);
      case "mutated":
        return mutated(this.#chance, this.#message());
      case "messages":
        return this.#message();
    }
  }

  #message(): Uint8Array {
    const chance = this.#chance;
    const number = chance.pick(NUMBERS);
    if (chance.happens(0.005)) {
      return frameOf(chance.pick(KINDS), chance.pick(NUMBERS), number, payloadOf(chance));
    }
    const isOwn = chance.happens(0.6);
    const kind = chance.pick(isOwn ? OPENER_KINDS : SERVER_KINDS);
    const dialog = this.#dialog(isOwn, kind);
    if (chance.happens(0.04)) return partsOf(chance, dialog);
    const frame = frameOf(kind, dialog, number, payloadOf(chance));
    // More than there is room for.
    return kind !== Kind.start && chance.happens(0.05) ? concatBytes(Array(70).fill(frame)) : frame;
  }

  /** One of the last ones; a start has a new number, as a rule. */
  #dialog(isOwn: boolean, kind: Kind): number {
    if (!isOwn) return this.#numberOf(1 + this.#chance.below(8), 1 - this.#parity);
    if (kind === Kind.start && this.#chance.happens(0.99)) {
      return this.#numberOf(++this.#started, this.#parity);
    }
    return this.#numberOf(Math.max(1, this.#started - this.#chance.below(5)), this.#parity);
  }

  #numberOf(index: number, parity: number): number {
    return 2 * index - parity;
  }
}

/** Parts of a long payload, mostly with their end, and mostly of the length that they say. */
function partsOf(chance: Chance, dialog: number): Uint8Array {
  const count = 1 + chance.below(3);
  const end = payloadOf(chance) ?? new Uint8Array(0);
  const length = count * MIN_PART_BYTES + end.length;
  const part = frameOf(
    Kind.part,
    dialog,
    chance.happens(0.8) ? length : chance.below(2 ** 32),
    new Uint8Array(MIN_PART_BYTES),
  );
  const kind = chance.pick([Kind.start, Kind.yield, Kind.return, Kind.error]);
  const last = chance.happens(0.8) ? [frameOf(kind, dialog, 1, end)] : [];
  return concatBytes([...Array<Uint8Array>(count).fill(part), ...last]);
}

function payloadOf(chance: Chance): Uint8Array | undefined {
  return chance.pick(chance.happens(0.85) ? PAYLOADS : BROKEN);
}

function randomBytes(chance: Chance): Uint8Array {
  const bytes = Uint8Array.from({ length: 1 + chance.below(200) }, () => chance.below(256));
  if (chance.happens(0.7)) {
    bytes.set([0, 0, 0, chance.below(60), 0x83 + chance.below(2)].slice(0, bytes.length));
  }
  return bytes;
}

function mutated(chance: Chance, frame: Uint8Array): Uint8Array {
  if (chance.happens(0.5)) return frame;
  if (chance.happens(0.2)) return frame.subarray(0, chance.below(frame.length));
  // Mostly in the payload: the envelope is soon said to be none.
  const from = chance.happens(0.8) ? 10 : 0;
  return frame.map((byte, index) => index >= from && chance.happens(0.1) ? chance.below(256) : byte);
}
