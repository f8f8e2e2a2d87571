import assert from "node:assert/strict";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { currentTasks } from "../../lib/scope/introspection.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleepForever } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { raisedBy } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

test("fromPromise: it gives the value, or raises what the promise rejects with", async () => {
  await runVirtual(async () => {
    const failure = new RangeError("rejected");
    assert.equal(await fromPromise(Promise.resolve(5)), 5);
    assert.equal(await raisedBy(() => fromPromise(Promise.reject(failure))), failure);
    assert.equal(await fromPromise({ then: (done, failed) => Promise.resolve(6).then(done, failed) }), 6);
  });
});

test("fromPromise: a cancel ends the wait, tells of it, and what the promise comes to later is nobody's", async () => {
  await runVirtual(async () => {
    const { promise, reject } = Promise.withResolvers<number>();
    let told = 0;
    await moveOnAfter(10, () => fromPromise(promise, () => told += 1));
    reject(new Error("nobody listens"));
    await waitAllTasksBlocked();
    assert.equal(told, 1);
  });
});

test("fromPromise: in a cancelled scope the promise is given up too, and a later rejection harms nobody", async () => {
  await runVirtual(async () => {
    const { promise, reject } = Promise.withResolvers<number>();
    const scope = new CancelScope();
    scope.cancel();
    let told = 0;
    await scope.run(() => fromPromise(promise, () => told += 1));
    reject(new Error("nobody listens"));
    await waitAllTasksBlocked();
    assert.deepEqual([scope.cancelledCaught, told], [true, 1]);
  });
});

test("fromPromise: a promise that settles tells of no cancel", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    await scope.run(async () => {
      await fromPromise(Promise.resolve(1), () => assert.fail("it was not cancelled"));
      scope.cancel();
    });
  });
});

test("fromPromise: an error of giving up is raised instead of the cancel, and keeps no other task from its own", async () => {
  await runVirtual(async () => {
    const failure = new RangeError("cannot stop it");
    const scope = new CancelScope();
    let raised: unknown;
    await openNursery(async (nursery) => {
      await scope.run(async () => {
        await openNursery(async (inner) => {
          inner.startSoon(async () => {
            raised = await raisedBy(() =>
              fromPromise(new Promise(() => {}), () => {
                throw failure;
              })
            );
          });
          for (let i = 0; i < 3; i++) inner.startSoon(sleepForever);
          await waitAllTasksBlocked();
          scope.cancel();
        });
      });
      await waitAllTasksBlocked();
      nursery.cancelScope.cancel();
    });
    assert.equal(raised, failure);
    assert.ok(scope.cancelledCaught);
  });
});

test("fromPromise: what is no promise is an error, and no wait is left of it", async () => {
  await runVirtual(async () => {
    const none = undefined as unknown as Promise<void>;
    assert.ok(await raisedBy(() => fromPromise(none)) instanceof TypeError);
    const broken: PromiseLike<void> = {
      then() {
        throw new RangeError("then");
      },
    };
    assert.ok(await raisedBy(() => fromPromise(broken)) instanceof RangeError);
    assert.deepEqual(currentTasks().waitsFor, []);
  });
});
