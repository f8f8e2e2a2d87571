import assert from "node:assert/strict";
import { SystemClock } from "../../lib/host/shared/system_clock.ts";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { run } from "../../lib/scope/run.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { Event } from "../../lib/sync/event.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";

test("waitAllTasksBlocked: it returns when every other task waits, however long that takes", async () => {
  await runVirtual(async () => {
    let steps = 0;
    await openNursery(async (nursery) => {
      nursery.startSoon(async () => {
        for (; steps < 3_000; steps++) await checkpoint();
        await sleepForever();
      });
      await waitAllTasksBlocked();
      assert.equal(steps, 3_000);
      nursery.cancelScope.cancel();
    });
  });
});

test("waitAllTasksBlocked: with nobody else it returns", async () => {
  await runVirtual(() => waitAllTasksBlocked());
});

test("waitAllTasksBlocked: time does not jump before it has returned", async () => {
  await runVirtual(async (clock) => {
    await openNursery(async (nursery) => {
      nursery.startSoon(() => sleep(10));
      await waitAllTasksBlocked(100);
      assert.equal(clock.now(), 0);
      await sleep(1);
      await waitAllTasksBlocked();
      assert.equal(clock.now(), 1);
    });
  });
});

test("waitAllTasksBlocked: of several that wait, the one with the smallest cushion goes first, and others look again", async () => {
  await runVirtual(async () => {
    const order: string[] = [];
    await openNursery((nursery) => {
      for (const cushion of [3, 1, 2]) {
        nursery.startSoon(async () => {
          await waitAllTasksBlocked(cushion);
          order.push(`${cushion}`);
          for (let i = 0; i < 10; i++) await checkpoint();
          order.push(`${cushion} waits`);
          if (cushion < 3) await waitAllTasksBlocked(cushion + 10);
        });
      }
    });
    assert.deepEqual(order, ["1", "1 waits", "2", "2 waits", "3", "3 waits"]);
  });
});

test("waitAllTasksBlocked: one that is cancelled is out of the way of the others", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    await openNursery((nursery) => {
      nursery.startSoon(() => scope.run(() => waitAllTasksBlocked(5)));
      nursery.startSoon(async () => {
        await waitAllTasksBlocked();
        scope.cancel();
        await waitAllTasksBlocked(10);
      });
    });
    assert.ok(scope.cancelledCaught);
  });
});

test("waitAllTasksBlocked: it works under the real clock too", async () => {
  await run(() =>
    openNursery(async (nursery) => {
      const event = new Event();
      let waiting = false;
      nursery.startSoon(async () => {
        await checkpoint();
        waiting = true;
        await event.wait();
      });
      await waitAllTasksBlocked();
      assert.ok(waiting);
      event.set();
    }), { clock: new SystemClock() });
});
