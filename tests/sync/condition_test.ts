import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { type Nursery, openNursery } from "../../lib/scope/nursery.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { BrokenResourceError } from "../../lib/sync/channel_errors.ts";
import { Condition } from "../../lib/sync/condition.ts";
import { Lock } from "../../lib/sync/lock.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

/** Starts tasks that wait, one after the other, and write down when they go on. */
async function startWaiters(
  nursery: Nursery,
  condition: Condition,
  names: readonly string[],
  woken: string[],
) {
  for (const name of names) {
    nursery.startSoon(() =>
      condition.lock.run(async () => {
        await condition.wait();
        assert.equal(condition.lock.owner, name);
        woken.push(name);
      }), { name });
    await waitAllTasksBlocked();
  }
}

test("condition: notify wakes those who have waited longest, and nobody else", async () => {
  await runVirtual(async () => {
    const condition = new Condition();
    const woken: string[] = [];
    await openNursery(async (nursery) => {
      await startWaiters(nursery, condition, ["a", "b", "c", "d"], woken);
      assert.equal(condition.waiting, 4);
      const notify = async (count?: number) => {
        await condition.lock.run(() => condition.notify(count));
        await waitAllTasksBlocked();
        return woken.join("");
      };
      assert.deepEqual([await notify(), await notify(2), await notify(0)], ["a", "abc", "abc"]);
      await condition.lock.run(() => condition.notifyAll());
    });
    assert.deepEqual([woken.join(""), condition.waiting, condition.lock.isLocked], ["abcd", 0, false]);
  });
});

test("condition: a notify that nobody waits for is forgotten", async () => {
  await runVirtual(async () => {
    const condition = new Condition();
    await condition.lock.run(() => condition.notifyAll());
    const scope = new CancelScope();
    await openNursery(async (nursery) => {
      nursery.startSoon(() => scope.run(() => condition.lock.run(() => condition.wait())));
      await waitAllTasksBlocked();
      scope.cancel();
    });
    assert.ok(scope.cancelledCaught);
  });
});

test("condition: who was notified comes before those who ask for the lock later", async () => {
  await runVirtual(async () => {
    const condition = new Condition();
    const order: string[] = [];
    await openNursery(async (nursery) => {
      await startWaiters(nursery, condition, ["waiter"], order);
      await condition.lock.acquire();
      condition.notify();
      assert.deepEqual([condition.waiting, condition.lock.waiting], [0, 1]);
      nursery.startSoon(() => condition.lock.run(() => order.push("late")));
      await waitAllTasksBlocked();
      condition.lock.release();
      assert.equal(condition.lock.owner, "waiter");
    });
    assert.deepEqual(order, ["waiter", "late"]);
  });
});

test("condition: a wait that is cancelled takes the lock again before it raises", async () => {
  await runVirtual(async (clock) => {
    const condition = new Condition();
    const scope = new CancelScope();
    await openNursery(async (nursery) => {
      nursery.startSoon(() =>
        scope.run(() =>
          condition.lock.run(async () => {
            try {
              await condition.wait();
            } finally {
              assert.deepEqual([condition.lock.owner, clock.now()], ["waiter", 50]);
            }
          })
        ), { name: "waiter" });
      await waitAllTasksBlocked();
      await condition.lock.run(async () => {
        scope.cancel();
        await sleep(50);
      });
    });
    assert.deepEqual([scope.cancelledCaught, condition.lock.isLocked, condition.waiting], [true, false, 0]);
  });
});

test("condition: one that is cancelled when it was notified already holds the lock too", async () => {
  await runVirtual(async () => {
    const condition = new Condition();
    const scope = new CancelScope();
    await openNursery(async (nursery) => {
      nursery.startSoon(() => scope.run(() => condition.lock.run(() => condition.wait())), {
        name: "waiter",
      });
      await waitAllTasksBlocked();
      await condition.lock.run(async () => {
        condition.notify();
        scope.cancel();
        await sleep(5);
      });
    });
    assert.deepEqual([condition.lock.isLocked, condition.lock.waiting], [false, 0]);
  });
});

test("condition: in a cancelled scope a wait raises and has not given the lock away", async () => {
  await runVirtual(async () => {
    const condition = new Condition();
    const scope = new CancelScope();
    await condition.lock.acquire();
    await scope.run(async () => {
      scope.cancel();
      await condition.wait();
    });
    assert.deepEqual([scope.cancelledCaught, condition.lock.owner], [true, "main"]);
    condition.lock.release();
  });
});

test("condition: without the lock nobody waits and nobody notifies", async () => {
  await runVirtual(async () => {
    const condition = new Condition();
    await errorOf(TypeError, () => condition.wait());
    assert.throws(() => condition.notify(), TypeError);
    assert.throws(() => condition.notifyAll(), TypeError);
  });
});

test("condition: two of them may share a lock", async () => {
  await runVirtual(async () => {
    const lock = new Lock();
    const [left, right] = [new Condition(lock), new Condition(lock)];
    const woken: string[] = [];
    await openNursery(async (nursery) => {
      await startWaiters(nursery, left, ["left"], woken);
      await startWaiters(nursery, right, ["right"], woken);
      await lock.run(() => right.notifyAll());
      await waitAllTasksBlocked();
      assert.deepEqual(woken, ["right"]);
      await lock.run(() => left.notifyAll());
    });
  });
});

test("condition: a lock that breaks while a notified task waits for it is told to that task", async () => {
  await runVirtual(async () => {
    const condition = new Condition();
    await openNursery(async (nursery) => {
      nursery.startSoon(async () => {
        await condition.lock.acquire();
        await errorOf(BrokenResourceError, () => condition.wait());
      });
      await waitAllTasksBlocked();
      nursery.startSoon(async () => {
        await condition.lock.acquire();
        condition.notify();
      });
    });
  });
});
