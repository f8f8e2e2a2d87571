import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { BrokenResourceError, WouldBlock } from "../../lib/sync/channel_errors.ts";
import { Lock, StrictFifoLock } from "../../lib/sync/lock.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

for (const Kind of [Lock, StrictFifoLock]) {
  const name = Kind.name;

  test(`${name}: one task at a time owns it, in the order in which they came`, async () => {
    await runVirtual(async () => {
      const lock = new Kind();
      const order: number[] = [];
      let inside = 0;
      await openNursery((nursery) => {
        for (let i = 0; i < 5; i++) {
          nursery.startSoon(async () => {
            await sleep(i);
            await lock.run(async () => {
              inside += 1;
              order.push(i);
              await sleep(10);
              assert.equal(inside, 1);
              inside -= 1;
            });
          });
        }
      });
      assert.deepEqual([order, lock.isLocked, lock.owner], [[0, 1, 2, 3, 4], false, null]);
    });
  });

  test(`${name}: a release hands it straight to who has waited longest, and nobody overtakes`, async () => {
    await runVirtual(async () => {
      const lock = new Kind();
      await openNursery(async (nursery) => {
        await lock.acquire();
        nursery.startSoon(() => lock.run(sleepForever), { name: "waiter" });
        await waitAllTasksBlocked();
        assert.deepEqual([lock.owner, lock.waiting], ["main", 1]);
        lock.release();
        assert.deepEqual([lock.owner, lock.waiting], ["waiter", 0]);
        assert.throws(() => lock.acquireNowait(), WouldBlock);
        nursery.cancelScope.cancel();
      });
    });
  });

  test(`${name}: what does not wait takes it if it is free`, async () => {
    await runVirtual(async () => {
      const lock = new Kind();
      lock.acquireNowait();
      await openNursery((nursery) =>
        nursery.startSoon(() => assert.throws(() => lock.acquireNowait(), /Task "main" owns the lock/))
      );
      lock.release();
      assert.equal(lock.isLocked, false);
    });
  });

  test(`${name}: taking it twice, and releasing what others own, are errors`, async () => {
    await runVirtual(async () => {
      const lock = new Kind();
      assert.throws(() => lock.release(), /nobody owns it/);
      await lock.acquire();
      assert.match((await errorOf(TypeError, () => lock.acquire())).message, /it would wait for itself/);
      assert.throws(() => lock.acquireNowait(), TypeError);
      await openNursery((nursery) =>
        nursery.startSoon(() =>
          assert.throws(() => lock.release(), /does not own the lock: task "main" owns it/)
        )
      );
      lock.release();
    });
  });

  test(`${name}: a task that ends while it owns it breaks it for all who wait and who come`, async () => {
    await runVirtual(async () => {
      const lock = new Kind();
      await openNursery((nursery) => {
        nursery.startSoon(async () => {
          await lock.acquire();
          await sleep(10);
        }, { name: "careless" });
        for (let i = 0; i < 2; i++) {
          nursery.startSoon(async () => {
            await sleep(1);
            const error = await errorOf(BrokenResourceError, () => lock.acquire());
            assert.match(error.message, /"careless" ended while it owned/);
          });
        }
      });
      await errorOf(BrokenResourceError, () => lock.acquire());
      assert.throws(() => lock.acquireNowait(), BrokenResourceError);
      assert.deepEqual([lock.isLocked, lock.waiting], [false, 0]);
    });
  });

  test(`${name}: a task that has released it may end, and so may one that failed inside of run()`, async () => {
    await runVirtual(async () => {
      const lock = new Kind();
      await openNursery((nursery) => {
        nursery.startSoon(async () => {
          await lock.acquire();
          lock.release();
        });
        nursery.startSoon(() => assert.rejects(lock.run(() => Promise.reject(new RangeError())), RangeError));
      });
      await lock.acquire();
      lock.release();
    });
  });

  test(`${name}: a wait that is cancelled does not get it, and those behind move up`, async () => {
    await runVirtual(async () => {
      const lock = new Kind();
      const impatient = new CancelScope();
      let served = false;
      await openNursery(async (nursery) => {
        await lock.acquire();
        nursery.startSoon(() => impatient.run(() => lock.run(() => assert.fail("it was cancelled"))));
        await waitAllTasksBlocked();
        nursery.startSoon(() => lock.run(() => served = true));
        await waitAllTasksBlocked();
        impatient.cancel();
        lock.release();
      });
      assert.ok(impatient.cancelledCaught && served);
    });
  });

  test(`${name}: who got it before the cancel came owns it, and has to release it`, async () => {
    await runVirtual(async () => {
      const lock = new Kind();
      const scope = new CancelScope();
      await openNursery(async (nursery) => {
        await lock.acquire();
        nursery.startSoon(() => scope.run(() => lock.run(checkpoint)));
        await waitAllTasksBlocked();
        lock.release();
        scope.cancel();
      });
      assert.deepEqual([scope.cancelledCaught, lock.isLocked], [true, false]);
    });
  });
}

test("StrictFifoLock: a task that comes back goes to the end of the line", async () => {
  await runVirtual(async () => {
    const lock = new StrictFifoLock();
    const order: string[] = [];
    await openNursery(async (nursery) => {
      for (const name of ["a", "b"]) {
        nursery.startSoon(async () => {
          for (let i = 0; i < 3; i++) {
            await lock.run(async () => {
              order.push(name);
              await waitAllTasksBlocked();
            });
          }
        });
      }
      await moveOnAfter(1, sleepForever);
    });
    assert.ok(order.every((name, i) => i === 0 || name !== order[i - 1]), order.join());
  });
});
