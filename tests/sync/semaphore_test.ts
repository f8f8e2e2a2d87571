import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { WouldBlock } from "../../lib/sync/channel_errors.ts";
import { Semaphore } from "../../lib/sync/semaphore.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";

test("semaphore: as many as there are permits go on at once, the others wait in order", async () => {
  await runVirtual(async (clock) => {
    const semaphore = new Semaphore(2);
    const order: number[] = [];
    await openNursery((nursery) => {
      for (let i = 0; i < 6; i++) {
        nursery.startSoon(async () => {
          await sleep(i);
          await semaphore.run(async () => {
            order.push(i);
            await sleep(100);
          });
        });
      }
    });
    assert.deepEqual([order, semaphore.value, semaphore.waiting], [[0, 1, 2, 3, 4, 5], 2, 0]);
    assert.equal(clock.now(), 301);
  });
});

test("semaphore: what does not wait says that it would, and a release makes a permit", async () => {
  await runVirtual(async () => {
    const semaphore = new Semaphore(0);
    assert.throws(() => semaphore.acquireNowait(), WouldBlock);
    semaphore.release();
    assert.equal(semaphore.value, 1);
    semaphore.acquireNowait();
    assert.equal(semaphore.value, 0);
    await openNursery(async (nursery) => {
      nursery.startSoon(() => semaphore.acquire());
      await waitAllTasksBlocked();
      assert.equal(semaphore.waiting, 1);
      semaphore.release();
      assert.deepEqual([semaphore.waiting, semaphore.value], [0, 0]);
    });
  });
});

test("semaphore: more releases than there may be permits are an error", () => {
  const semaphore = new Semaphore(1, 2);
  semaphore.release();
  assert.throws(() => semaphore.release(), /all 2 permits are free/);
  assert.equal(semaphore.value, 2);
});

test("semaphore: it begins with a whole number from 0 to its most", () => {
  for (const [initial, max] of [[-1, 5], [1.5, 5], [6, 5], [NaN, 5], [Infinity, Infinity]] as const) {
    assert.throws(() => new Semaphore(initial, max), RangeError);
  }
});

test("semaphore: a wait that is cancelled takes no permit", async () => {
  await runVirtual(async () => {
    const semaphore = new Semaphore(0);
    const scope = new CancelScope();
    await openNursery(async (nursery) => {
      nursery.startSoon(() => scope.run(() => semaphore.acquire()));
      await waitAllTasksBlocked();
      scope.cancel();
      semaphore.release();
    });
    assert.deepEqual([scope.cancelledCaught, semaphore.value], [true, 1]);
  });
});
