/** The order in which messages go out, and what the other side makes of it, against a simple model and by seeds. */
import assert from "node:assert/strict";
import { concatBytes } from "../../lib/base/bytes.ts";
import { seeded } from "../../lib/base/chance.ts";
import { FrameSplitter } from "../../lib/wire/frame_splitter.ts";
import { decodeMessage, Kind, MAX_FRAME_BYTES, type Message, PART_BYTES } from "../../lib/wire/message.ts";
import { Outgoing } from "../../lib/wire/outgoing.ts";
import { PartStore } from "../../lib/wire/parts.ts";
import { seedsOf } from "../harness/seeds.ts";
import { test } from "../harness/test.ts";

const SEEDS = 300;
const ALL = 2 ** 30;

function message(kind: Kind, dialog: number, length: number | null = null, number = 0): Message {
  return { kind, dialog, number, payload: length === null ? null : new Uint8Array(length).fill(number) };
}

function taken(outgoing: Outgoing, maxBytes = ALL): readonly Message[] {
  return new FrameSplitter(MAX_FRAME_BYTES).push(concatBytes(outgoing.take(maxBytes))).map(decodeMessage);
}

/** What goes out, in short: kind, dialog and, if it has any, the length of the payload. */
function told(messages: readonly Message[]): readonly string[] {
  const nameOf = new Map(Object.entries(Kind).map(([name, kind]) => [kind, name]));
  return messages.map(({ kind, dialog, payload }) =>
    `${nameOf.get(kind)} ${dialog}${payload === null ? "" : ` ${payload.length}`}`
  );
}

function pushAll(outgoing: Outgoing, ...messages: readonly Message[]): Outgoing {
  for (const one of messages) outgoing.push(one);
  return outgoing;
}

test("outgoing: the messages of a dialog stay in order", () => {
  const outgoing = pushAll(
    new Outgoing(),
    message(Kind.yield, 1, 1),
    message(Kind.yield, 1, PART_BYTES + 1),
    message(Kind.stop, 1),
    message(Kind.return, 1, 2),
  );
  assert.deepEqual(told(taken(outgoing)), [
    "yield 1 1",
    `part 1 ${PART_BYTES}`,
    "yield 1 1",
    "stop 1",
    "return 1 2",
  ]);
  assert.equal(outgoing.isEmpty, true);
});

test("outgoing: urgent messages overtake the others, in their own order", () => {
  const outgoing = pushAll(
    new Outgoing(),
    message(Kind.yield, 2, 1),
    message(Kind.return, 4, PART_BYTES + 1),
    message(Kind.start, 1, 10),
    message(Kind.cancel, 2, 1),
    message(Kind.credit, 4),
    message(Kind.cancel, 1, 1),
    message(Kind.ping, 0),
  );
  assert.deepEqual(told(taken(outgoing)), [
    "start 1 10",
    "cancel 2 1",
    "credit 4",
    "cancel 1 1",
    "ping 0",
    "yield 2 1",
    `part 4 ${PART_BYTES}`,
    "return 4 1",
  ]);
});

test("outgoing: the parts of long payloads take turns, and short messages go between them", () => {
  const outgoing = pushAll(
    new Outgoing(),
    message(Kind.return, 2, 3 * PART_BYTES),
    message(Kind.return, 4, 2 * PART_BYTES),
  );
  const order: string[] = [...told(taken(outgoing, 1)), ...told(taken(outgoing, 1))];
  pushAll(outgoing, message(Kind.yield, 6, 1), message(Kind.cancel, 2, 0));
  order.push(...told(taken(outgoing)));
  assert.deepEqual(order, [
    `part 2 ${PART_BYTES}`,
    `part 4 ${PART_BYTES}`,
    "cancel 2 0",
    "yield 6 1",
    `part 2 ${PART_BYTES}`,
    `return 4 ${PART_BYTES}`,
    `return 2 ${PART_BYTES}`,
  ]);
});

test("outgoing: short messages without end do not keep a long one from going out", () => {
  const outgoing = pushAll(new Outgoing(), message(Kind.return, 2, 2 * PART_BYTES));
  let rounds = 0;
  for (let isOut = false; !isOut; rounds++) {
    assert.ok(rounds < 10, "it starves");
    for (let i = 0; i < 100; i++) outgoing.push(message(Kind.yield, 4, 2_000));
    isOut = taken(outgoing, 200_000).some(({ kind }) => kind === Kind.return);
  }
});

test("outgoing: a long payload never goes before a short one of its dialog that was queued earlier", () => {
  const outgoing = new Outgoing();
  for (let i = 0; i < 200; i++) outgoing.push(message(Kind.yield, 2, 2_000));
  outgoing.push(message(Kind.yield, 2, PART_BYTES + 1));
  const order = taken(outgoing).map(({ kind }) => kind);
  assert.equal(order.indexOf(Kind.part), 200);
});

test("outgoing: what is cancelled before its long start has gone out is not started any more", () => {
  for (const isBegun of [false, true]) {
    const outgoing = pushAll(
      new Outgoing(),
      message(Kind.start, 1, 3 * PART_BYTES),
      message(Kind.yield, 1, 5),
    );
    if (isBegun) assert.deepEqual(told(taken(outgoing, 1)), [`part 1 ${PART_BYTES}`]);
    pushAll(outgoing, message(Kind.cancel, 1, 1));
    assert.deepEqual(told(taken(outgoing)), ["cancel 1 1"]);
    assert.deepEqual([outgoing.bytes, outgoing.isEmpty], [0, true]);
  }
});

test("outgoing: a cancel leaves everything else of its dialog alone", () => {
  const outgoing = pushAll(
    new Outgoing(),
    message(Kind.yield, 1, PART_BYTES + 1),
    message(Kind.cancel, 1, 1),
  );
  assert.deepEqual(told(taken(outgoing)), ["cancel 1 1", `part 1 ${PART_BYTES}`, "yield 1 1"]);
});

test("outgoing: credit does not overtake the long start of its own dialog", () => {
  const outgoing = pushAll(
    new Outgoing(),
    message(Kind.start, 1, PART_BYTES + 1),
    message(Kind.credit, 1),
    message(Kind.start, 3, 1),
    message(Kind.credit, 3),
  );
  assert.deepEqual(told(taken(outgoing)), [
    "start 3 1",
    "credit 3",
    `part 1 ${PART_BYTES}`,
    "start 1 1",
    "credit 1",
  ]);
});

test("outgoing: of many answers to a ping the last one waits", () => {
  const outgoing = new Outgoing();
  for (let i = 1; i <= 1_000; i++) outgoing.push(message(Kind.pong, 0, null, i));
  assert.deepEqual(taken(outgoing).map(({ number }) => number), [1_000]);
});

test("outgoing: nothing waits after it was told to forget", () => {
  const outgoing = pushAll(
    new Outgoing(),
    message(Kind.start, 1, 1),
    message(Kind.yield, 1, 1),
    message(Kind.yield, 1, PART_BYTES + 1),
    message(Kind.pong, 0),
  );
  outgoing.clear();
  assert.deepEqual([outgoing.bytes, outgoing.isEmpty, outgoing.take(ALL)], [0, true, []]);
});

test("outgoing: at once no more is taken than was asked for, but one frame", () => {
  const outgoing = new Outgoing();
  for (let i = 0; i < 20; i++) outgoing.push(message(Kind.yield, 2, 1_000));
  const sizes = outgoing.take(5_000).map((frame) => frame.length);
  assert.equal(sizes.length, 5);
  assert.equal(outgoing.take(1).length, 1);
});

test("outgoing: whatever is pushed, in each dialog the other side hears it in order", () => {
  for (const seed of seedsOf(SEEDS)) {
    try {
      playRandomly(seeded(seed));
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
});

const IN_ORDER = [Kind.started, Kind.yield, Kind.stop, Kind.return, Kind.error];

function playRandomly(random: () => number): void {
  const outgoing = new Outgoing();
  const receiver = new Receiver();
  /** What each dialog has yet to hear in order. */
  const expected = new Map<number, Message[]>();
  const cancelled = new Set<number>();
  let serial = 0;
  for (let step = 0; step < 60; step++) {
    const dialog = 1 + 2 * Math.floor(random() * 4);
    const length = random() < 0.3 ? Math.floor(random() * 3 * PART_BYTES) : Math.floor(random() * 100);
    const known = expected.get(dialog);
    if (random() < 0.35) receiver.takeFrom(outgoing, Math.floor(random() * 2 * PART_BYTES));
    else if (known === undefined) {
      expected.set(dialog, []);
      push(outgoing, expected, message(Kind.start, dialog, length, serial++));
    } else if (random() < 0.3) {
      const isCancel = !cancelled.has(dialog) && random() < 0.5;
      outgoing.push(message(isCancel ? Kind.cancel : Kind.credit, dialog, isCancel ? 3 : null, serial++));
      if (isCancel) cancelled.add(dialog);
      if (isCancel && !receiver.hasStarted.has(dialog)) receiver.mayMiss.add(dialog);
    } else {
      const kind = IN_ORDER[Math.floor(random() * IN_ORDER.length)]!;
      push(outgoing, expected, message(kind, dialog, kind === Kind.stop ? null : length, serial++));
    }
  }
  receiver.takeFrom(outgoing, ALL);
  assert.deepEqual([outgoing.bytes, outgoing.isEmpty], [0, true]);
  for (const [dialog, sent] of expected) receiver.check(dialog, sent);
}

function push(outgoing: Outgoing, expected: ReadonlyMap<number, Message[]>, sent: Message): void {
  expected.get(sent.dialog)!.push(sent);
  outgoing.push(sent);
}

/** What the other side makes of the frames. */
class Receiver {
  readonly #parts = new PartStore({ maxBytes: ALL, maxOpen: 100, maxTotalBytes: ALL });
  readonly #heard = new Map<number, Message[]>();
  readonly hasStarted = new Set<number>();
  /** Dialogs that were cancelled when they had perhaps not been started. */
  readonly mayMiss = new Set<number>();

  takeFrom(outgoing: Outgoing, maxBytes: number): void {
    for (const received of taken(outgoing, maxBytes)) {
      const { kind, dialog } = received;
      if (kind === Kind.part) {
        this.#parts.add(received);
        continue;
      }
      const whole = this.#parts.complete(received)!;
      if (kind === Kind.start) this.hasStarted.add(dialog);
      else if (kind !== Kind.cancel) {
        assert.ok(this.hasStarted.has(dialog) || this.mayMiss.has(dialog), "something came before the start");
      }
      if (kind === Kind.cancel && !this.hasStarted.has(dialog)) this.#parts.drop(dialog);
      if (kind !== Kind.cancel && kind !== Kind.credit) {
        this.#heard.set(dialog, [...this.#heard.get(dialog) ?? [], whole]);
      }
    }
  }

  check(dialog: number, sent: readonly Message[]): void {
    const heard = this.#heard.get(dialog) ?? [];
    // Whatever was behind a start that was given up went with it.
    const lost = this.hasStarted.has(dialog) ? 0 : sent.length - heard.length;
    assert.equal(heard.length, sent.length - lost, `dialog ${dialog}`);
    sent.slice(lost).forEach((one, i) => {
      const { kind, number, payload } = heard[i]!;
      assert.deepEqual([kind, number, payload?.length], [one.kind, one.number, one.payload?.length]);
      assert.ok(Buffer.compare(payload ?? NONE, one.payload ?? NONE) === 0, "other bytes");
    });
  }
}

const NONE = new Uint8Array(0);
