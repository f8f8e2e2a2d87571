import assert from "node:assert/strict";
import { FrameError } from "../../lib/wire/frame_splitter.ts";
import { Kind, type Message, MIN_PART_BYTES } from "../../lib/wire/message.ts";
import { PartStore } from "../../lib/wire/parts.ts";
import { PayloadError } from "../../lib/wire/payload.ts";
import { test } from "../harness/test.ts";

const LIMITS = { maxBytes: 3 * MIN_PART_BYTES, maxOpen: 3, maxTotalBytes: 5 * MIN_PART_BYTES };

function message(kind: Kind, dialog: number, fill: number, length = MIN_PART_BYTES): Message {
  return { kind, dialog, number: 0, payload: new Uint8Array(length).fill(fill) };
}

/** A part of a payload of `total` bytes. */
function part(dialog: number, fill: number, total = LIMITS.maxBytes): Message {
  return { ...message(Kind.part, dialog, fill), number: total };
}

test("parts: they are put in front of the message that ends them, each dialog's its own", () => {
  const store = new PartStore(LIMITS);
  store.add(part(1, 1, 2 * MIN_PART_BYTES + 1));
  store.add(part(3, 3, MIN_PART_BYTES));
  store.add(part(1, 2, 2 * MIN_PART_BYTES + 1));
  const whole = store.complete(message(Kind.yield, 1, 9, 1))!;
  assert.equal(whole.kind, Kind.yield);
  assert.equal(whole.payload!.length, 2 * MIN_PART_BYTES + 1);
  assert.deepEqual([whole.payload![0], whole.payload![MIN_PART_BYTES], whole.payload!.at(-1)], [1, 2, 9]);
  const other = store.complete({ kind: Kind.return, dialog: 3, number: 0, payload: null })!;
  assert.deepEqual([other.payload!.length, other.payload![0]], [MIN_PART_BYTES, 3]);
  assert.deepEqual([store.size, store.bytes], [0, 0]);
});

test("parts: a message without any is left as it is", () => {
  const store = new PartStore(LIMITS);
  store.add(part(1, 1));
  const short = message(Kind.return, 5, 5, 1);
  assert.equal(store.complete(short), short);
});

test("parts: urgent messages leave the parts of others alone", () => {
  const store = new PartStore(LIMITS);
  store.add(part(1, 1, MIN_PART_BYTES));
  for (const kind of [Kind.cancel, Kind.credit, Kind.hold]) {
    const urgent = message(kind, 1, 7, 1);
    assert.equal(store.complete(urgent), urgent);
  }
  assert.equal(store.complete(message(Kind.yield, 1, 2, 0))!.payload!.length, MIN_PART_BYTES);
});

test("parts: a payload that is too long is refused once, by its first part, and the rest of it is dropped", () => {
  const store = new PartStore(LIMITS);
  const total = LIMITS.maxBytes + 1;
  assert.throws(() => store.add(part(1, 0, total)), (error) => {
    assert.ok(error instanceof PayloadError);
    assert.equal(
      error.message,
      `Cannot read what came in: it takes ${total} bytes, and at most ${LIMITS.maxBytes} are allowed`,
    );
    return true;
  });
  assert.equal(store.bytes, 0);
  for (let i = 1; i < 9; i++) store.add(part(1, i, total));
  assert.equal(store.complete(message(Kind.yield, 1, 5)), null);
  const next = message(Kind.yield, 1, 6);
  assert.equal(store.complete(next), next);
});

test("parts: a payload that is longer than its parts say is a breach of the protocol", () => {
  for (const total of [0, 1, MIN_PART_BYTES - 1]) {
    assert.throws(() => new PartStore(LIMITS).add(part(1, 1, total)), FrameError);
  }
  const store = new PartStore(LIMITS);
  for (let i = 0; i < 3; i++) store.add(part(1, i));
  assert.throws(() => store.add(part(1, 3)), FrameError);
  assert.throws(() => store.complete(message(Kind.yield, 1, 3, 1)), FrameError);
});

test("parts: a payload that is shorter than its parts say is a breach of the protocol", () => {
  for (const payload of [null, new Uint8Array(MIN_PART_BYTES)]) {
    const store = new PartStore(LIMITS);
    store.add(part(1, 1));
    assert.throws(() => store.complete({ kind: Kind.yield, dialog: 1, number: 0, payload }), FrameError);
  }
});

test("parts: parts that do not agree how long the payload is are a breach of the protocol", () => {
  for (const total of [0, 2 * MIN_PART_BYTES, LIMITS.maxBytes + 1]) {
    const store = new PartStore(LIMITS);
    store.add(part(1, 1));
    assert.throws(() => store.add(part(1, 2, total)), FrameError);
  }
});

test("parts: no room is made for what is only said to come", () => {
  const total = 16 * MIN_PART_BYTES;
  const store = new PartStore({ ...LIMITS, maxBytes: total, maxTotalBytes: total });
  const kept: number[] = [];
  for (let i = 0; i < 16; i++) {
    store.add(part(1, i, total));
    kept.push(store.reserved / MIN_PART_BYTES);
  }
  assert.deepEqual(kept, [1, ...Array(15).fill(16)]);
  const { payload } = store.complete({ kind: Kind.yield, dialog: 1, number: 0, payload: null })!;
  assert.deepEqual(
    payload,
    Uint8Array.from({ length: total }, (_, i) => Math.floor(i / MIN_PART_BYTES)),
  );
  assert.equal(store.reserved, 0);
});

test("parts: what is kept is a copy", () => {
  const store = new PartStore(LIMITS);
  const first = part(1, 1);
  for (const fill of [1, 2, 3]) {
    first.payload!.fill(fill);
    store.add(first);
  }
  first.payload!.fill(9);
  const { payload } = store.complete({ kind: Kind.yield, dialog: 1, number: 0, payload: null })!;
  assert.deepEqual([payload![0], payload![MIN_PART_BYTES], payload!.at(-1)], [1, 2, 3]);
});

test("parts: of several dialogs together that are too much the last one is refused", () => {
  const store = new PartStore(LIMITS);
  for (let i = 0; i < 3; i++) store.add(part(1, i));
  for (let i = 0; i < 2; i++) store.add(part(3, i));
  assert.throws(() => store.add(part(5, 0)), PayloadError);
  assert.equal(store.complete(message(Kind.yield, 1, 3, 0))!.payload!.length, 3 * MIN_PART_BYTES);
  assert.equal(store.complete(message(Kind.yield, 5, 3, 0)), null);
  store.add(part(3, 2));
  assert.equal(store.bytes, 3 * MIN_PART_BYTES);
});

test("parts: more messages at a time than allowed are a breach of the protocol", () => {
  const store = new PartStore({ ...LIMITS, maxTotalBytes: Infinity });
  for (const dialog of [1, 3, 5]) store.add(part(dialog, 0));
  assert.throws(() => store.add(part(7, 0)), FrameError);
});

test("parts: what carries next to nothing is a breach of the protocol", () => {
  const store = new PartStore(LIMITS);
  assert.throws(() => store.add(message(Kind.part, 1, 0, MIN_PART_BYTES - 1)), FrameError);
  assert.throws(() => store.add({ kind: Kind.part, dialog: 1, number: 0, payload: null }), FrameError);
});

test("parts: of a dialog that is over nothing is kept, and the message that ends them is none", () => {
  const store = new PartStore(LIMITS);
  store.add(part(1, 0));
  store.ignoreRest(1);
  store.ignoreRest(9);
  store.add(part(1, 1));
  assert.deepEqual([store.size, store.bytes], [1, 0]);
  assert.equal(store.complete(message(Kind.yield, 1, 2)), null);
  assert.equal(store.size, 0);
});

test("parts: a message that is not sent to its end is forgotten", () => {
  const store = new PartStore(LIMITS);
  store.add(part(1, 0));
  store.drop(1);
  store.drop(1);
  assert.deepEqual([store.size, store.bytes], [0, 0]);
  store.add(part(1, 0));
  store.ignoreRest(1);
  store.drop(1);
  store.add(part(3, 0));
  store.clear();
  assert.deepEqual([store.size, store.bytes], [0, 0]);
});
