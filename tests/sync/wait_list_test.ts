import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { addInstrument } from "../../lib/scope/introspection.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { type Give, NOTHING, WaitList } from "../../lib/sync/wait_list.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { raisedBy } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

const TASKS = 4;

test("wait list: each task is woken when what it waits for is so, and not before", () =>
  runVirtual(async () => {
    const list = new WaitList();
    let level = 0;
    const woken: number[] = [];
    await openNursery(async (nursery) => {
      for (const least of [3, 1, 2, 1]) {
        nursery.startSoon(async () => {
          await list.until("level", () => level >= least);
          woken.push(least);
        });
      }
      await checkpoint();
      list.look();
      await checkpoint();
      assert.deepEqual(woken, []);
      for (level = 1; level <= 3; level++) {
        list.look();
        await sleep(1);
      }
    });
    assert.deepEqual(woken, [1, 1, 2, 3]);
  }));

test("wait list: to wait for what is so already is a checkpoint", () =>
  runVirtual(async () => {
    const list = new WaitList();
    const said: string[] = [];
    await openNursery(async (nursery) => {
      nursery.startSoon(() => void said.push("other"));
      await list.until("nothing", () => true);
      said.push("one");
    });
    assert.deepEqual(said, ["other", "one"]);
    const scope = new CancelScope();
    scope.cancel();
    await scope.run(() => list.until("nothing", () => true));
    assert.equal(scope.cancelledCaught, true);
  }));

test("wait list: a wait that is cancelled is in nobody's way", () =>
  runVirtual(async () => {
    const list = new WaitList();
    let isReady = false;
    await openNursery(async (nursery) => {
      nursery.startSoon(() => list.until("first", () => isReady));
      nursery.startSoon(() => moveOnAfter(10, () => list.until("cancelled", () => isReady)));
      nursery.startSoon(() => list.until("last", () => isReady));
      await sleep(20);
      isReady = true;
      list.look();
    });
  }));

test("wait list: what there is goes to those who have waited longest, one thing to each", async () => {
  await runVirtual(async () => {
    const list = new WaitList();
    const things: string[] = [];
    const got: string[] = [];
    const take = () => things.shift() ?? NOTHING;
    await openNursery(async (nursery) => {
      for (const name of ["first", "second", "third"]) {
        nursery.startSoon(async () => void got.push(`${name}: ${await list.take(name, take)}`));
        await waitAllTasksBlocked();
      }
      things.push("a", "b");
      list.look();
      await waitAllTasksBlocked();
      assert.deepEqual(got.sort(), ["first: a", "second: b"]);
      things.push("c", "d");
      list.look();
    });
    assert.deepEqual(got.sort(), ["first: a", "second: b", "third: c"]);
    assert.equal(await list.take("fourth", take), "d");
  });
});

test("wait list: what is thrown instead ends the wait that asked, and others go on", async () => {
  await runVirtual(async () => {
    const list = new WaitList();
    const failure = new RangeError("nothing will come");
    let isLooked = false;
    const fail = () => {
      if (isLooked) throw failure;
      return NOTHING;
    };
    const gives: readonly Give<unknown>[] = [fail, () => isLooked ? 5 : NOTHING, fail];
    const outcomes: unknown[] = [];
    await openNursery(async (nursery) => {
      for (const [place, give] of gives.entries()) {
        nursery.startSoon(async () =>
          void (outcomes[place] = await list.take("thing", give).catch((error) => error))
        );
      }
      await waitAllTasksBlocked();
      isLooked = true;
      list.look();
    });
    assert.deepEqual(outcomes, [failure, 5, failure]);
    assert.equal(await raisedBy(() => list.take("thing", fail)), failure);
  });
});

test("wait list: nothing is lost to a wait that was cancelled, nor to one that is in the same moment", async () => {
  for (let cancelFirst = 0; cancelFirst < 2; cancelFirst++) {
    await runVirtual(async () => {
      const list = new WaitList();
      const things: string[] = [];
      const take = () => things.shift() ?? NOTHING;
      const scope = new CancelScope();
      let got: string | undefined;
      await openNursery(async (nursery) => {
        nursery.startSoon(() => scope.run(async () => void (got = await list.take("thing", take))));
        await waitAllTasksBlocked();
        const steps = [() => scope.cancel(), () => things.push("a") && list.look()];
        for (const step of cancelFirst === 1 ? steps : steps.reverse()) step();
      });
      assert.deepEqual([got, things], cancelFirst === 1 ? [undefined, ["a"]] : ["a", []]);
    });
  }
});

test("wait list: of tasks that are woken together an instrument may cancel those that are left", async () => {
  for (let cancelAt = 1; cancelAt <= TASKS; cancelAt++) {
    await runVirtual(async () => {
      const list = new WaitList();
      let isReady = false;
      const outcomes: string[] = [];
      await openNursery(async (nursery) => {
        for (let task = 0; task < TASKS; task++) {
          nursery.startSoon(async () => {
            try {
              await list.until("change", () => isReady);
              outcomes.push("woken");
            } catch (error) {
              outcomes.push("cancelled");
              throw error;
            }
          });
        }
        await waitAllTasksBlocked();
        let scheduled = 0;
        addInstrument({
          taskScheduled() {
            scheduled += 1;
            if (scheduled === cancelAt) nursery.cancelScope.cancel();
          },
        });
        isReady = true;
        list.look();
      });
      const expected = [...Array(cancelAt).fill("woken"), ...Array(TASKS - cancelAt).fill("cancelled")];
      assert.deepEqual(outcomes.toSorted(), expected.toSorted());
    });
  }
});

test("wait list: a wait behind a shield is ended by what it waits for, and by no cancel", async () => {
  await runVirtual(async () => {
    const list = new WaitList();
    let isReady = false;
    const scope = new CancelScope();
    await openNursery(async (nursery) => {
      nursery.startSoon(() => scope.run(() => list.take("change", () => isReady ? null : NOTHING, true)));
      await waitAllTasksBlocked();
      scope.cancel();
      await waitAllTasksBlocked();
      assert.equal(scope.cancelledCaught, false);
      isReady = true;
      list.look();
    });
    assert.equal(scope.cancelledCaught, false);
  });
});
