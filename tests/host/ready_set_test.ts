/** How often the kernel and the runtime are called for many descriptors, which is what the set is there for. */
import assert from "node:assert/strict";
import type { Libc } from "../../lib/host/linux/libc.ts";
import { ReadySet, type Waiter } from "../../lib/host/linux/ready_set.ts";
import { test } from "../harness/test.ts";

const [EPOLL, COPY, TIMER] = [100, 101, 102];
const EVENT_BYTES = process.arch === "x64" ? 12 : 16;

/** A set on a kernel and a runtime that do what they are told to. */
function stage() {
  const waits: { readonly descriptor: number; readonly wake: () => void }[] = [];
  const turns: (() => void)[] = [];
  const keys = new Map<number, number>();
  /** How long each of the pauses is, in microseconds. */
  const pauses: number[] = [];
  const clock = { ms: 0 };
  let happened: number[] = [];
  const keyAt = (bytes: Uint8Array, at: number) => new DataView(bytes.buffer, at + EVENT_BYTES - 8, 8);
  const call = {
    epoll_create1: () => EPOLL,
    epoll_ctl: (_epoll: number, _operation: number, descriptor: number, event: Uint8Array) => {
      keys.set(descriptor, keyAt(event, 0).getFloat64(0));
      return 0;
    },
    epoll_wait: (_epoll: number, events: Uint8Array) => {
      const found = happened;
      happened = [];
      found.forEach((descriptor, index) =>
        keyAt(events, index * EVENT_BYTES).setFloat64(0, keys.get(descriptor)!)
      );
      return found.length;
    },
    fcntl: () => COPY,
    timerfd_create: () => TIMER,
    timerfd_settime: (_timer: number, _flags: number, due: Uint8Array) => {
      pauses.push(Number(new BigInt64Array(due.buffer)[3]) / 1_000);
      return 0;
    },
  };
  const set = new ReadySet({
    libc: { call } as unknown as Libc,
    onReadable(descriptor, wake) {
      const wait = { descriptor, wake };
      waits.push(wait);
      return () => void waits.splice(waits.indexOf(wait), 1);
    },
    onNextTurn: (callback) => void turns.push(callback),
    now: () => clock.ms,
  });
  return {
    set,
    clock,
    pauses,
    /** What the runtime waits for; nothing while a turn is to come. */
    waited: () => waits.map(({ descriptor }) => descriptor),
    happens: (...descriptors: readonly number[]) => void (happened = [...happened, ...descriptors]),
    wake: () => waits.shift()!.wake(),
    /** Has turns until none is to come, but no more than `most`; gives how many those were. */
    turn(most = Infinity) {
      let count = 0;
      for (; turns.length > 0 && count < most; count++) turns.shift()!();
      return count;
    },
  };
}

test("ready set: the runtime waits once for all, and anew only when nothing is ready any more", () => {
  const { set, waited, happens, wake, turn } = stage();
  const heard: number[] = [];
  const waiters = [5, 6, 7].map((descriptor) => set.add(descriptor, false));
  const listen = (waiter: Waiter) =>
    waiter.ask(() => {
      heard.push(waiter.descriptor);
      waiter.exhausted();
      listen(waiter);
    });
  for (const waiter of waiters) listen(waiter);
  assert.deepEqual([waited(), turn()], [[COPY], 0]);
  happens(7, 5);
  wake();
  assert.deepEqual([heard, waited(), turn()], [[7, 5], [COPY], 0]);
  for (const waiter of waiters) waiter.forget();
  assert.deepEqual(waited(), []);
});

test("ready set: what happens while nobody asks is told to who asks next", () => {
  const { set, happens, wake, turn } = stage();
  const waiter = set.add(5, false);
  happens(5);
  wake();
  let told = 0;
  waiter.ask(() => told++);
  assert.equal(told, 0);
  turn();
  assert.equal(told, 1);
});

test("ready set: those that have no turn because of how much was read have the next", () => {
  const { set, turn } = stage();
  const heard: number[] = [];
  for (const descriptor of [5, 6, 7]) {
    const waiter = set.add(descriptor, true);
    const listen = () =>
      waiter.ask(() => {
        heard.push(descriptor);
        waiter.took(600 * 1_024);
        if (heard.length <= 3) listen();
      });
    listen();
  }
  turn(1);
  assert.deepEqual(heard, [5, 6]);
  turn();
  assert.deepEqual(heard, [5, 6, 7, 5, 6, 7]);
});

/** A pipe that is written to again and again, and the sizes of what is there at each read. */
function listenTo({ set, happens }: ReturnType<typeof stage>, sizes: readonly number[]) {
  const waiter = set.add(5, true);
  let reads = 0;
  const listen = () =>
    waiter.ask(() => {
      const size = sizes[reads++] ?? 0;
      if (size === 0) waiter.exhausted();
      else waiter.took(size);
      // The next comes as soon as the last was read.
      if (size === 0 && reads < sizes.length) happens(5);
      listen();
    });
  listen();
  return () => reads;
}

test("ready set: what gives little in each turn is read after pauses, until it gives much or nothing", () => {
  const played = stage();
  const { pauses, waited, wake, turn } = played;
  const little = Array<number>(11).fill(100);
  const reads = listenTo(played, [...little, 20_000, 40_000, ...little.slice(0, 5), 0]);
  turn();
  assert.deepEqual([reads(), waited()], [5, [TIMER]]);
  for (let count = 0; count < 6; count++) wake();
  assert.deepEqual([reads(), waited(), turn()], [11, [TIMER], 0]);
  assert.deepEqual(pauses, [100, 200, 400, 800, 1_600, 1_600, 1_600]);
  // It has brought enough, and the next pause is as long.
  wake();
  assert.deepEqual([reads(), pauses.at(-1), waited()], [12, 1_600, [TIMER]]);
  // It was too long.
  wake();
  turn();
  assert.deepEqual([reads(), pauses.slice(8), waited()], [18, [100], [TIMER]]);
  wake();
  assert.deepEqual([reads(), waited(), turn()], [19, [COPY], 0]);
});

test("ready set: lines that come one at a time are read after pauses as well, unless it was quiet between them", () => {
  for (const [quietMs, pauses] of [[0.5, [100]], [2, []]] as const) {
    const played = stage();
    listenTo(played, [100, 0, 100, 0, 100, 0, 100, 0, 100, 0, 100]);
    for (let count = 0; count < 5; count++) {
      played.turn();
      if (played.waited()[0] !== COPY) break;
      played.clock.ms += quietMs;
      played.wake();
    }
    assert.deepEqual(played.pauses, pauses);
  }
});

test("ready set: one that throws keeps none of the others from its turn", () => {
  const { set, turn } = stage();
  const heard: string[] = [];
  set.add(5, true).ask(() => {
    throw new Error("a mistake");
  });
  set.add(6, true).ask(() => heard.push("other"));
  assert.throws(() => turn(), /a mistake/);
  turn();
  assert.deepEqual(heard, ["other"]);
});
