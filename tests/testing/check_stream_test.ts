import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { Cancelled } from "../../lib/scope/cancelled.ts";
import { BusyResourceError, ClosedResourceError } from "../../lib/sync/channel_errors.ts";
import {
  checkHalfCloseableStream,
  checkOneWayStream,
  checkTwoWayStream,
} from "../../lib/testing/check_stream.ts";
import {
  type MemoryReceiveStream,
  type MemorySendStream,
  memoryStreamOneWayPair,
  memoryStreamPair,
} from "../../lib/testing/memory_stream.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

/** A stream that breaks one promise: some of its methods are others. */
interface Flaw {
  readonly promise: string;
  sender?(good: MemorySendStream): Partial<MemorySendStream>;
  receiver?(good: MemoryReceiveStream): Partial<MemoryReceiveStream>;
}

const NOTHING = new Uint8Array();
const shielded = <T>(body: () => Promise<T>): Promise<T> =>
  new CancelScope({ shield: true }).run(body) as Promise<T>;

const FLAWS: readonly Flaw[] = [
  {
    promise: "what is sent is received, in order",
    sender: (good) => ({ sendAll: (bytes) => good.sendAll(bytes.toReversed()) }),
  },
  {
    promise: "no more is received than was asked for, and the rest comes next",
    receiver: (good) => ({ receiveSome: (max) => good.receiveSome(max === 1 ? 2 : max) }),
  },
  {
    promise: "asking for no bytes is a mistake",
    receiver: (good) => ({ receiveSome: (max) => good.receiveSome(max === 0 ? 1 : max) }),
  },
  {
    promise: "only one task receives at a time",
    receiver: (good) => ({
      receiveSome: (max) =>
        good.receiveSome(max).catch((error) => {
          if (error instanceof BusyResourceError) return NOTHING;
          throw error;
        }),
    }),
  },
  {
    promise: "after the sender has closed there is the rest, and then the end, again and again",
    receiver(good) {
      let ends = 0;
      return {
        async receiveSome(max) {
          const bytes = await good.receiveSome(max);
          return bytes.length === 0 && ++ends > 1 ? Uint8Array.of(0) : bytes;
        },
      };
    },
  },
  {
    promise: "nothing is sent after closing, and closing twice is closing once",
    sender(good) {
      let closed = false;
      return {
        sendAll: (bytes) => closed ? Promise.resolve() : good.sendAll(bytes),
        close() {
          closed = true;
          return good.close();
        },
      };
    },
  },
  {
    promise: "nothing is received after closing",
    receiver(good) {
      let closed = false;
      return {
        receiveSome: (max) => closed ? Promise.resolve(NOTHING) : good.receiveSome(max),
        close() {
          closed = true;
          return good.close();
        },
      };
    },
  },
  {
    promise: "closing wakes whoever receives",
    receiver(good) {
      let closed = false;
      return {
        receiveSome(max) {
          if (closed) return good.receiveSome(max);
          return good.receiveSome(max).catch((error) => {
            if (error instanceof ClosedResourceError) return NOTHING;
            throw error;
          });
        },
        close() {
          closed = true;
          return good.close();
        },
      };
    },
  },
  {
    promise: "a sender whose receiver has gone is told so",
    sender: (good) => ({ sendAll: (bytes) => bytes.length > 100 ? Promise.resolve() : good.sendAll(bytes) }),
  },
  {
    promise: "a receive that is cancelled loses nothing",
    receiver(good) {
      let lost = false;
      return {
        async receiveSome(max) {
          if (lost) return NOTHING;
          try {
            return await good.receiveSome(max);
          } catch (error) {
            lost = error instanceof Cancelled;
            throw error;
          }
        },
      };
    },
  },
  {
    promise: "closing closes, also where it is cancelled",
    sender: (good) => ({
      async close() {
        // As a stream that says farewell first.
        await good.sendAll(NOTHING).catch((error) => {
          if (error instanceof Cancelled) throw error;
        });
        await good.close();
      },
    }),
  },
  {
    promise: "sending and receiving are checkpoints",
    sender: (good) => ({ sendAll: (bytes) => shielded(() => good.sendAll(bytes)) }),
  },
];

/** A stream with other methods in places. */
function withFlaw<S extends object>(good: S, flaw: Partial<S>): S {
  return new Proxy(good, {
    get(target, key) {
      const other = (flaw as Record<PropertyKey, unknown>)[key];
      if (other !== undefined) return other;
      const own = (target as Record<PropertyKey, unknown>)[key];
      return typeof own === "function" ? own.bind(target) : own;
    },
  });
}

for (const { promise, sender, receiver } of FLAWS) {
  test(`check stream: a stream is caught that breaks: ${promise}`, async () => {
    const check = () =>
      runVirtual(() =>
        checkOneWayStream(() => {
          const [goodSender, goodReceiver] = memoryStreamOneWayPair();
          return [
            withFlaw(goodSender, sender?.(goodSender) ?? {}),
            withFlaw(goodReceiver, receiver?.(goodReceiver) ?? {}),
          ];
        })
      );
    const error = await errorOf(Error, check);
    assert.ok(error.message.includes(`breaks its promise: ${promise}`), error.message);
    assert.ok(error.cause !== undefined);
  });
}

test("check stream: a two-way stream is caught whose other direction is broken", async () => {
  const check = () =>
    runVirtual(() =>
      checkTwoWayStream(() => {
        const [left, right] = memoryStreamPair();
        return [left, withFlaw(right, { sendAll: (bytes) => right.sendAll(bytes.toReversed()) })];
      })
    );
  assert.match((await errorOf(Error, check)).message, /what is sent is received, in order/);
});

test("check stream: a stream is caught that cannot end one direction alone", async () => {
  const check = () =>
    runVirtual(() =>
      checkHalfCloseableStream(() => {
        const [left, right] = memoryStreamPair();
        return [withFlaw(left, { sendEof: () => left.close() }), right];
      })
    );
  assert.match((await errorOf(Error, check)).message, /one direction ends, the other goes on/);
});

test("check stream: both sides are closed, also of a stream that fails", async () => {
  const closed: string[] = [];
  const check = () =>
    runVirtual(() =>
      checkOneWayStream(() => {
        const [sender, receiver] = memoryStreamOneWayPair();
        const close = (name: string, own: { close(): Promise<void> }) => ({
          close() {
            closed.push(name);
            return own.close();
          },
        });
        return [
          withFlaw(sender, { ...close("sender", sender), sendAll: () => Promise.reject(new Error("no")) }),
          withFlaw(receiver, close("receiver", receiver)),
        ];
      })
    );
  await errorOf(Error, check);
  assert.deepEqual(closed, ["sender", "receiver"]);
});

test("check stream: a cancel from outside is no fault of the stream", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    await scope.run(() =>
      checkOneWayStream(() => {
        scope.cancel();
        return memoryStreamOneWayPair();
      })
    );
    assert.ok(scope.cancelledCaught);
  });
});
