import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { Event } from "../../lib/sync/event.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";

test("event: all who wait go on when it happens, and whoever comes later goes on at once", async () => {
  await runVirtual(async () => {
    const event = new Event();
    let woken = 0;
    await openNursery(async (nursery) => {
      for (let i = 0; i < 3; i++) nursery.startSoon(() => event.wait().then(() => woken += 1));
      await waitAllTasksBlocked();
      assert.deepEqual([woken, event.isSet], [0, false]);
      event.set();
      event.set();
    });
    await event.wait();
    assert.deepEqual([woken, event.isSet], [3, true]);
  });
});

test("event: it may be set from outside of every task", async () => {
  await runVirtual(async (clock) => {
    const event = new Event();
    clock.schedule(clock.now(), () => event.set());
    await event.wait();
  });
});

test("event: a wait that is cancelled is forgotten", async () => {
  await runVirtual(async () => {
    const event = new Event();
    const scope = new CancelScope();
    await openNursery(async (nursery) => {
      nursery.startSoon(() => scope.run(() => event.wait()));
      await waitAllTasksBlocked();
      scope.cancel();
      event.set();
    });
    assert.ok(scope.cancelledCaught);
  });
});
