import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { currentTask, currentTasks } from "../../lib/scope/introspection.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { renderTasks } from "../../lib/scope/task_tree.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { Event } from "../../lib/sync/event.ts";
import { openMemoryChannel } from "../../lib/sync/memory_channel.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";

const listing = () => renderTasks(currentTasks()).split("\n");

test("task tree: each task stands below the task whose nursery it is in, with what it waits for", async () => {
  await runVirtual(async () => {
    const [sender, receiver] = openMemoryChannel<number>(0);
    await openNursery(async (nursery) => {
      nursery.startSoon(() =>
        openNursery((inner) => {
          inner.startSoon(() => receiver.receive(), { name: "receiver" });
          inner.startSoon(() => sleep(1_000), { name: "sleeper" });
        }), { name: "parent" });
      nursery.startSoon(() => new Event().wait(), { name: "waiter" });
      await waitAllTasksBlocked();
      assert.deepEqual(listing(), [
        "main",
        "  parent",
        "    receiver (waits: receive)",
        "    sleeper (waits: sleep)",
        "  waiter (waits: event)",
      ]);
      sender.close();
      nursery.cancelScope.cancel();
    }).catch(() => {});
  });
});

test("task tree: a nursery shows whether it is cancelled, and the earliest deadline around it", async () => {
  await runVirtual(async () => {
    await moveOnAfter(500, () =>
      moveOnAfter(900, () =>
        openNursery(async (outer) => {
          outer.startSoon(async () => {
            const shielded = new CancelScope({ shield: true });
            await openNursery(async (inner) => {
              inner.startSoon(() => shielded.run(() => sleep(100)), { name: "cleaning up" });
              await waitAllTasksBlocked(1);
              inner.cancelScope.cancel();
            });
          }, { name: "cancelled" });
          await waitAllTasksBlocked(2);
          assert.deepEqual(listing(), [
            "main",
            "  [deadline 500 ms]",
            "  cancelled",
            "    [cancelled]",
            "    cleaning up (waits: sleep)",
          ]);
        })));
  });
});

test("task tree: branches of one task show all that it waits for", async () => {
  await runVirtual(async () => {
    await openNursery(async (nursery) => {
      nursery.startSoon(() => Promise.all([sleepForever(), new CancelScope().run(() => sleep(9))]), {
        name: "branches",
      });
      await waitAllTasksBlocked();
      assert.deepEqual(listing(), ["main", "  branches (waits: sleep forever, sleep)"]);
      nursery.cancelScope.cancel();
    });
  });
});

test("task tree: several nurseries of one task are listed with the outermost first", async () => {
  await runVirtual(async () => {
    await openNursery(async (outer) => {
      outer.startSoon(sleepForever, { name: "in the outer one" });
      await openNursery(async (inner) => {
        inner.startSoon(sleepForever, { name: "in the inner one" });
        await waitAllTasksBlocked();
        assert.deepEqual(listing(), [
          "main",
          "  in the outer one (waits: sleep forever)",
          "  in the inner one (waits: sleep forever)",
        ]);
        outer.cancelScope.cancel();
      });
    });
  });
});

test("task tree: a task that start() waits for is listed below whoever started it, then in its nursery", async () => {
  await runVirtual(async () => {
    const go = new Event();
    await openNursery(async (nursery) => {
      await openNursery(async (callers) => {
        callers.startSoon(() =>
          nursery.start(async (status) => {
            await go.wait();
            status.started();
            await sleepForever();
          }, { name: "server" }), { name: "caller" });
        await waitAllTasksBlocked();
        assert.deepEqual(listing(), ["main", "  caller", "    server (waits: event)"]);
        go.set();
      });
      await waitAllTasksBlocked();
      assert.deepEqual(listing(), ["main", "  server (waits: sleep forever)"]);
      nursery.cancelScope.cancel();
    });
  });
});

test("task tree: tasks that are over are gone from it, and so are their waits", async () => {
  await runVirtual(async () => {
    await openNursery(async (nursery) => {
      nursery.startSoon(() => sleep(1), { name: "short" });
      nursery.startSoon(() => moveOnAfter(1, sleepForever), { name: "cut short" });
      await sleep(2);
      assert.deepEqual(listing(), ["main"]);
    });
  });
});

test("task tree: the calling task is known by name and parent", async () => {
  await runVirtual(async () => {
    assert.deepEqual([currentTask().name, currentTask().parent], ["main", null]);
    await openNursery((nursery) => {
      const parent = currentTask();
      nursery.startSoon(() => assert.equal(currentTask().parent, parent), { name: "child" });
    });
  });
});

test("task tree: outside of run() there is none, and the error says so", () => {
  assert.throws(currentTasks, /inside run\(\)/);
  assert.throws(currentTask, /inside run\(\)/);
});
