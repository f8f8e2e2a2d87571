/** What belongs to a run beside the run itself. */
import assert from "node:assert/strict";
import { RunTasks } from "../../lib/engine/run/run_tasks.ts";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";

test("run tasks: the end cancels all, and waits for what they have to clean up", () =>
  runVirtual((clock) =>
    openNursery(async (nursery) => {
      const tasks = new RunTasks((name, body) => nursery.startSoon(body, { name }));
      const ended: number[] = [];
      const cleaning = (ms: number) => async () => {
        try {
          await sleepForever();
        } finally {
          await new CancelScope({ shield: true }).run(() => sleep(ms));
          ended.push(ms);
        }
      };
      for (const ms of [20, 10]) tasks.startSoon(cleaning(ms), { name: `takes ${ms} ms` });
      await sleep(1);
      await tasks.end();
      assert.deepEqual([ended, clock.now()], [[10, 20], 21]);
      tasks.startSoon(() => assert.fail("the run is over"), { name: "late" });
    })
  ));

test("run tasks: a cancel of whoever ends them does not keep it from waiting", () =>
  runVirtual((clock) =>
    openNursery(async (nursery) => {
      const tasks = new RunTasks((name, body) => nursery.startSoon(body, { name }));
      let hasEnded = false;
      tasks.startSoon(async () => {
        await new CancelScope({ shield: true }).run(() => sleep(10));
        hasEnded = true;
      }, { name: "slow" });
      await sleep(1);
      const scope = new CancelScope();
      scope.cancel("for the test");
      await scope.run(() => tasks.end());
      assert.deepEqual([hasEnded, clock.now()], [true, 10]);
    })
  ));
