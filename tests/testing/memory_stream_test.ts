import assert from "node:assert/strict";
import { openNursery } from "../../lib/scope/nursery.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import {
  BrokenResourceError,
  BusyResourceError,
  ClosedResourceError,
} from "../../lib/sync/channel_errors.ts";
import {
  checkHalfCloseableStream,
  checkOneWayStream,
  checkTwoWayStream,
} from "../../lib/testing/check_stream.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { memoryStreamOneWayPair, memoryStreamPair } from "../../lib/testing/memory_stream.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

for (const capacity of [0, 1, 1_000, Infinity]) {
  test(`memory stream: with room for ${capacity} bytes it keeps what streams promise`, async () => {
    await runVirtual(() => checkOneWayStream(() => memoryStreamOneWayPair({ capacity })));
    await runVirtual(() => checkTwoWayStream(() => memoryStreamPair({ capacity })));
    await runVirtual(() => checkHalfCloseableStream(() => memoryStreamPair({ capacity })));
  });
}

test("memory stream: a sender waits until no more is on its way than there is room for", async () => {
  await runVirtual(async () => {
    const [sender, receiver] = memoryStreamOneWayPair({ capacity: 2 });
    let sent = false;
    await openNursery(async (nursery) => {
      nursery.startSoon(() => sender.sendAll(Uint8Array.of(1, 2, 3, 4)).then(() => sent = true));
      await waitAllTasksBlocked();
      assert.deepEqual([...await receiver.receiveSome(1)], [1]);
      await waitAllTasksBlocked();
      assert.equal(sent, false);
      assert.deepEqual([...await receiver.receiveSome(1)], [2]);
    });
    assert.ok(sent);
    assert.deepEqual([...await receiver.receiveSome()], [3, 4]);
  });
});

test("memory stream: what was sent is a copy, whatever becomes of the original", async () => {
  await runVirtual(async () => {
    const [sender, receiver] = memoryStreamOneWayPair();
    const bytes = Uint8Array.of(1, 2, 3);
    await sender.sendAll(bytes);
    bytes.fill(9);
    assert.deepEqual([...await receiver.receiveSome()], [1, 2, 3]);
  });
});

test("memory stream: only one task sends at a time, and a sender whose side closes is told", async () => {
  await runVirtual(async () => {
    const [sender] = memoryStreamOneWayPair({ capacity: 0 });
    await openNursery(async (nursery) => {
      nursery.startSoon(() => errorOf(ClosedResourceError, () => sender.sendAll(Uint8Array.of(1))));
      await waitAllTasksBlocked();
      await errorOf(BusyResourceError, () => sender.sendAll(Uint8Array.of(2)));
      sender.closeNow();
    });
  });
});

test("memory stream: a receiver that closes breaks a sender that waits", async () => {
  await runVirtual(async () => {
    const [sender, receiver] = memoryStreamOneWayPair({ capacity: 0 });
    await openNursery(async (nursery) => {
      nursery.startSoon(() => errorOf(BrokenResourceError, () => sender.sendAll(Uint8Array.of(1))));
      await waitAllTasksBlocked();
      receiver.closeNow();
    });
  });
});

test("memory stream: a task that was cancelled is no longer in the way of others", async () => {
  await runVirtual(async () => {
    const [sender, receiver] = memoryStreamOneWayPair();
    await moveOnAfter(1, () => receiver.receiveSome());
    await sender.sendAll(Uint8Array.of(1));
    assert.deepEqual([...await receiver.receiveSome()], [1]);
  });
});
