import assert from "node:assert/strict";
import { fromReadable } from "../../lib/bridge/from_readable.ts";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { EndOfChannel } from "../../lib/sync/channel_errors.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf, raisedBy } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

test("fromReadable: the chunks come in order, and then the end, again and again", async () => {
  await runVirtual(async () => {
    await fromReadable(ReadableStream.from([1, 2, 3]), async (chunks) => {
      const got: number[] = [];
      for await (const chunk of chunks) got.push(chunk);
      assert.deepEqual(got, [1, 2, 3]);
      for (let i = 0; i < 2; i++) await errorOf(EndOfChannel, () => chunks.receive());
    });
  });
});

test("fromReadable: what the body leaves is cancelled, and the stream is free again", async () => {
  await runVirtual(async () => {
    let cancelled = 0;
    const stream = new ReadableStream<number>({
      pull: (controller) => controller.enqueue(1),
      cancel: () => void (cancelled += 1),
    });
    assert.equal(await fromReadable(stream, (chunks) => chunks.receive()), 1);
    assert.deepEqual([cancelled, stream.locked], [1, false]);
  });
});

test("fromReadable: a chunk that comes after its receive was cancelled is there for the next", async () => {
  await runVirtual(async () => {
    let enqueue: (value: number) => void = () => {};
    const stream = new ReadableStream<number>({
      start: (controller) => void (enqueue = (value) => controller.enqueue(value)),
    });
    await fromReadable(stream, async (chunks) => {
      await moveOnAfter(5, () => chunks.receive());
      enqueue(1);
      enqueue(2);
      assert.deepEqual([await chunks.receive(), await chunks.receive()], [1, 2]);
    });
  });
});

test("fromReadable: what the stream fails with is raised by whoever receives, and only once by the whole", async () => {
  await runVirtual(async () => {
    const failure = new RangeError("broken");
    const stream = new ReadableStream({ pull: (controller) => controller.error(failure) });
    const raised = await raisedBy(() =>
      fromReadable(stream, async (chunks) => {
        assert.equal(await raisedBy(() => chunks.receive()), failure);
        await chunks.receive();
      })
    );
    assert.equal(raised, failure);
  });
});

test("fromReadable: a stream that fails when nobody receives any more harms nobody", async () => {
  await runVirtual(async () => {
    let fail: (reason: unknown) => void = () => {};
    const stream = new ReadableStream({
      start: (controller) => void (fail = (reason) => controller.error(reason)),
    });
    const scope = new CancelScope();
    await scope.run(() =>
      fromReadable(stream, async (chunks) => {
        scope.cancel();
        await chunks.receive().finally(() => fail(new Error("nobody listens")));
      })
    );
    await waitAllTasksBlocked();
    assert.ok(scope.cancelledCaught);
  });
});

test("fromReadable: a stream that somebody reads already is an error", async () => {
  await runVirtual(async () => {
    const stream = new ReadableStream();
    stream.getReader();
    await errorOf(TypeError, () => fromReadable(stream, () => {}));
    await checkpoint();
  });
});

test("fromReadable: several tasks receive, and each chunk goes to one of them, also after a cancel", async () => {
  await runVirtual(async () => {
    let give = (_: number) => {};
    const stream = new ReadableStream<number>({
      start(controller) {
        give = (value) => controller.enqueue(value);
      },
    });
    await fromReadable(stream, async (chunks) => {
      const got: (number | undefined)[] = [];
      await openNursery(async (nursery) => {
        nursery.startSoon(async () => void got.push(await moveOnAfter(1, () => chunks.receive())));
        nursery.startSoon(async () => void got.push(await moveOnAfter(1, () => chunks.receive())));
        nursery.startSoon(async () => void got.push(await chunks.receive()));
        await sleep(2);
        for (let i = 0; i < 4; i++) give(i);
      });
      // The three have asked in any order.
      const rest = [0, 1, 2, 3].filter((chunk) => !got.includes(chunk));
      assert.deepEqual([got.slice(0, 2), rest.length], [[undefined, undefined], 3]);
      assert.deepEqual([await chunks.receive(), await chunks.receive(), await chunks.receive()], rest);
    });
  });
});
