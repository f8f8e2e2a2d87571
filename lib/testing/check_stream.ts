/**
 * The promises of every stream, as checks that can be run on any: Trio's conformance checkers. Each takes a function that
 * makes a fresh pair of connected sides, and throws an error that names the promise that was broken.
 */
import { CancelScope } from "../scope/cancel_scope.ts";
import { openNursery } from "../scope/nursery.ts";
import { checkpointIfCancelled } from "../scope/park.ts";
import { failAfter } from "../scope/timeouts.ts";
import { BrokenResourceError, BusyResourceError, ClosedResourceError } from "../sync/channel_errors.ts";
import type { HalfCloseableStream, ReceiveStream, SendStream, Stream } from "../sync/streams.ts";
import { waitAllTasksBlocked } from "./idle.ts";

/** How long anything of a check may take, by the clock of the run: what a stream should have ended may wait for ever. */
const PATIENCE_MS = 60_000;

/** Makes a fresh pair of sides that are connected. */
export type StreamMaker<S, R> = () => readonly [S, R] | Promise<readonly [S, R]>;

/**
 * Checks what a stream in one direction promises.
 *
 * @throws {Error} That names the first promise that was broken.
 *
 * @example The streams in memory keep what they promise
 * ```ts
 * import { testing } from "supervise";
 *
 * await testing.runVirtual(() => testing.checkOneWayStream(() => testing.memoryStreamOneWayPair()));
 * ```
 */
export async function checkOneWayStream(make: StreamMaker<SendStream, ReceiveStream>): Promise<void> {
  await withPair(make, "what is sent is received, in order", async (sender, receiver) => {
    await sending(sender, [1, 2, 3], async () => {
      await expectBytes(receiver, [1, 2, 3]);
    });
    await sending(sender, [], () => {});
  });

  await withPair(
    make,
    "no more is received than was asked for, and the rest comes next",
    async (sender, receiver) => {
      await sending(sender, [1, 2, 3], async () => {
        must((await receiver.receiveSome(1)).length === 1, "received more than asked for");
        await expectBytes(receiver, [2, 3]);
      });
    },
  );

  await withPair(make, "asking for no bytes is a mistake", async (_, receiver) => {
    await expectError(RangeError, () => receiver.receiveSome(0));
    await expectError(RangeError, () => receiver.receiveSome(-1));
    await expectError(RangeError, () => receiver.receiveSome(1.5));
  });

  await withPair(make, "only one task receives at a time", async (sender, receiver) => {
    await openNursery(async (nursery) => {
      nursery.startSoon(() => expectBytes(receiver, [7]));
      await waitAllTasksBlocked();
      await expectError(BusyResourceError, () => receiver.receiveSome(1));
      await sender.sendAll(Uint8Array.of(7));
    });
  });

  await withPair(
    make,
    "after the sender has closed there is the rest, and then the end, again and again",
    async (sender, receiver) => {
      await sending(sender, [1], () => expectBytes(receiver, [1]));
      await sender.close();
      for (let i = 0; i < 3; i++) {
        must(
          (await receiver.receiveSome(10)).length === 0,
          "received after the end",
        );
      }
    },
  );

  await withPair(make, "nothing is sent after closing, and closing twice is closing once", async (sender) => {
    await sender.close();
    await sender.close();
    await expectError(ClosedResourceError, () => sender.sendAll(Uint8Array.of(1)));
  });

  await withPair(make, "nothing is received after closing", async (_, receiver) => {
    await receiver.close();
    await receiver.close();
    await expectError(ClosedResourceError, () => receiver.receiveSome(1));
  });

  await withPair(make, "closing wakes whoever receives", async (_, receiver) => {
    await openNursery(async (nursery) => {
      nursery.startSoon(() => expectError(ClosedResourceError, () => receiver.receiveSome(1)));
      await waitAllTasksBlocked();
      await receiver.close();
    });
  });

  await withPair(make, "a sender whose receiver has gone is told so", async (sender, receiver) => {
    await receiver.close();
    await expectError(BrokenResourceError, async () => {
      // Bytes that fit into buffers may be taken before the news arrives.
      for (let i = 0; i < 1_000; i++) await sender.sendAll(new Uint8Array(65_536));
    });
  });

  await withPair(make, "a receive that is cancelled loses nothing", async (sender, receiver) => {
    await openNursery(async (nursery) => {
      nursery.startSoon(() => receiver.receiveSome(10));
      await waitAllTasksBlocked();
      nursery.cancelScope.cancel();
    });
    await sending(sender, [4, 5], () => expectBytes(receiver, [4, 5]));
  });

  await withPair(make, "closing closes, also where it is cancelled", async (sender, receiver) => {
    const cancelled = new CancelScope();
    cancelled.cancel();
    await cancelled.run(() => sender.close());
    must((await receiver.receiveSome(1)).length === 0, "the other side sees no end");
    await expectError(ClosedResourceError, () => sender.sendAll(Uint8Array.of(1)));
  });

  await withPair(make, "sending and receiving are checkpoints", async (sender, receiver) => {
    for (const act of [() => sender.sendAll(Uint8Array.of(1)), () => receiver.receiveSome(1)]) {
      const scope = new CancelScope();
      scope.cancel();
      await scope.run<unknown>(act);
      must(scope.cancelledCaught, "a cancel was not noticed");
    }
  });
}

/**
 * Checks what a stream in both directions promises: each direction for itself, and both at once.
 *
 * @throws {Error} That names the first promise that was broken.
 */
export async function checkTwoWayStream(make: StreamMaker<Stream, Stream>): Promise<void> {
  await checkOneWayStream(make);
  await checkOneWayStream(async () => {
    const [left, right] = await make();
    return [right, left];
  });

  await withPair(make, "both directions go on at once", async (left, right) => {
    await openNursery((nursery) => {
      for (const [sender, receiver] of [[left, right], [right, left]] as const) {
        nursery.startSoon(() => sender.sendAll(new Uint8Array(100_000)));
        nursery.startSoon(async () => {
          for (let size = 0; size < 100_000;) size += (await receiver.receiveSome(4_096)).length;
        });
      }
    });
  });
}

/**
 * Checks what a stream promises of which each direction can end by itself.
 *
 * @throws {Error} That names the first promise that was broken.
 */
export async function checkHalfCloseableStream(
  make: StreamMaker<HalfCloseableStream, HalfCloseableStream>,
): Promise<void> {
  await checkTwoWayStream(make);

  await withPair(make, "one direction ends, the other goes on", async (left, right) => {
    await left.sendEof();
    must((await right.receiveSome(1)).length === 0, "the other side sees no end");
    await expectError(ClosedResourceError, () => left.sendAll(Uint8Array.of(1)));
    await sending(right, [9], () => expectBytes(left, [9]));
  });
}

async function withPair<S extends SendStream, R extends ReceiveStream>(
  make: StreamMaker<S, R>,
  promise: string,
  check: (sender: S, receiver: R) => Promise<void>,
): Promise<void> {
  const [sender, receiver] = await make();
  const errors: unknown[] = [];
  for (const step of [() => check(sender, receiver), () => sender.close(), () => receiver.close()]) {
    try {
      await failAfter(PATIENCE_MS, step);
    } catch (error) {
      errors.push(error);
    }
  }
  // A cancel from outside is no fault of the stream.
  checkpointIfCancelled();
  if (errors.length === 0) return;
  const cause = errors.length === 1 ? errors[0] : new AggregateError(errors);
  throw new Error(`A stream breaks its promise: ${promise}`, { cause });
}

/** Sends while `receive` runs: a stream may have no buffer at all. */
async function sending(sender: SendStream, bytes: readonly number[], receive: () => unknown): Promise<void> {
  await openNursery(async (nursery) => {
    nursery.startSoon(() => sender.sendAll(Uint8Array.from(bytes)));
    await receive();
  });
}

async function expectBytes(receiver: ReceiveStream, expected: readonly number[]): Promise<void> {
  const received: number[] = [];
  while (received.length < expected.length) {
    const bytes = await receiver.receiveSome(expected.length - received.length);
    must(bytes.length > 0, "the stream ended too early");
    received.push(...bytes);
  }
  must(received.join() === expected.join(), `received ${received}, not ${expected}`);
}

async function expectError(
  type: abstract new (...args: never[]) => Error,
  act: () => unknown,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (error instanceof type) return;
    throw new Error(`expected ${type.name}`, { cause: error });
  }
  throw new Error(`expected ${type.name}, and there was no error`);
}

function must(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}
