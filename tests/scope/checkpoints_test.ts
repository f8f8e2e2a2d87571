/** Every wait of the library is a checkpoint, also when there is nothing to wait for: no loop of them is deaf to a cancel. */
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import { fromReadable } from "../../lib/bridge/from_readable.ts";
import { openForeignTask } from "../../lib/bridge/foreign_task.ts";
import { SignalReceiver } from "../../lib/program/signal_receiver.ts";
import { instant } from "../../lib/base/instant.ts";
import { checkpoint, checkpointIfCancelled } from "../../lib/scope/park.ts";
import { sleep, sleepForever, sleepUntil } from "../../lib/scope/sleep.ts";
import { asSafeChannel } from "../../lib/sync/as_safe_channel.ts";
import { Broadcast } from "../../lib/sync/broadcast.ts";
import { CapacityLimiter } from "../../lib/sync/capacity_limiter.ts";
import { Condition } from "../../lib/sync/condition.ts";
import { Event } from "../../lib/sync/event.ts";
import { gatherContexts } from "../../lib/sync/gather_contexts.ts";
import { Lock, StrictFifoLock } from "../../lib/sync/lock.ts";
import { maybeOpenContext } from "../../lib/sync/maybe_open_context.ts";
import { openMemoryChannel } from "../../lib/sync/memory_channel.ts";
import { Semaphore } from "../../lib/sync/semaphore.ts";
import { assertCheckpoints } from "../../lib/testing/assert_checkpoints.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { memoryStreamOneWayPair, memoryStreamPair } from "../../lib/testing/memory_stream.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";

const context = (use: (value: number) => Promise<void>) => use(1);

/** A channel with a value in it and room for another. */
function halfFull() {
  const [sender, receiver] = openMemoryChannel<number>(2);
  sender.sendNowait(1);
  return { sender, receiver };
}

/** Waits that need not wait; each is made afresh. */
const WAITS: Readonly<Record<string, () => unknown>> = {
  "checkpoint": checkpoint,
  "checkpointIfCancelled": checkpointIfCancelled,
  "sleep of no time": () => sleep(0),
  "sleepUntil the past": () => sleepUntil(instant(-1)),
  "sleepForever": sleepForever,
  "wait for an event that is set": () => {
    const event = new Event();
    event.set();
    return event.wait();
  },
  "acquire of a free lock": () => new Lock().acquire(),
  "run of a free lock": () => new StrictFifoLock().run(() => {}),
  "acquire of a free semaphore": () => new Semaphore(1).acquire(),
  "acquire of a free limiter": () => new CapacityLimiter(1).acquire(),
  "acquire on behalf of something": () => new CapacityLimiter(Infinity).acquireOnBehalfOf("x"),
  "wait of a condition": () => {
    const condition = new Condition();
    condition.lock.acquireNowait();
    return condition.wait().finally(() => condition.lock.release());
  },
  "send into a channel with room": () => halfFull().sender.send(2),
  "receive from a channel with a value": () => halfFull().receiver.receive(),
  "step of an iteration over a channel": () => halfFull().receiver[Symbol.asyncIterator]().next(),
  "receive of a broadcast": () => new Broadcast(halfFull().receiver, 1).subscribe().receive(),
  "gatherContexts": () => gatherContexts([context], checkpoint),
  "maybeOpenContext": () => maybeOpenContext("key", context, () => {}),
  "receive from a safe channel": () =>
    asSafeChannel(async function* () {
      yield await 1;
    }, (values) => values.receive()),
  "fromPromise of a value that is there": () => fromPromise(Promise.resolve(1)),
  "receive from a readable stream": () =>
    fromReadable(ReadableStream.from([1]), (chunks) => chunks.receive()),
  "openForeignTask": () =>
    openForeignTask<number, never, never, void>((channel) => Promise.resolve(channel.started(1)), () => {}),
  "receive of a signal that has come": () => {
    const receiver = new SignalReceiver();
    receiver.notify("SIGHUP");
    return receiver.receive();
  },
  "waitAllTasksBlocked": () => waitAllTasksBlocked(),
  "send into a stream": () => memoryStreamOneWayPair()[0].sendAll(Uint8Array.of(1)),
  "receive from a stream that has ended": () => {
    const [sender, receiver] = memoryStreamOneWayPair();
    sender.closeNow();
    return receiver.receiveSome();
  },
  "close of a stream": () => memoryStreamPair()[0].close(),
  "end of one direction of a stream": () => memoryStreamPair()[0].sendEof(),
};

for (const [what, wait] of Object.entries(WAITS)) {
  test(`checkpoints: ${what} is one`, async () => {
    await runVirtual(() => assertCheckpoints(wait));
  });
}
