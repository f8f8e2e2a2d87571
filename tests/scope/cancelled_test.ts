import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { type CancelCause, Cancelled, cancelledFor } from "../../lib/scope/cancelled.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { checkpoint, checkpointIfCancelled } from "../../lib/scope/park.ts";
import { sleepForever } from "../../lib/scope/sleep.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

test("cancelled: users cannot make one, nor one of a class of their own", () => {
  const Open = Cancelled as unknown as new (...args: unknown[]) => Cancelled;
  class Mine extends Open {}
  assert.throws(() => new Open(), /cancel a scope/);
  assert.throws(() => new Open(Symbol("scheduler"), { source: "explicit" }), /cancel a scope/);
  assert.throws(() => new Mine(), /cancel a scope/);
});

const MESSAGES: readonly (readonly [CancelCause, string])[] = [
  [{ source: "deadline", reason: null, by: null }, "Cancelled by its deadline"],
  [
    { source: "nursery", reason: 'task "a" failed: no', by: "a" },
    'Cancelled by task "a": task "a" failed: no',
  ],
  [{ source: "explicit", reason: null, by: null }, "Cancelled from outside"],
  [{ source: "explicit", reason: "enough", by: "main" }, 'Cancelled by task "main": enough'],
  [{ source: "interrupt", reason: null, by: null }, "Cancelled by an interrupt of the program"],
  [{ source: "shutdown", reason: null, by: null }, "Cancelled because the run is over"],
  [
    { source: "exit", reason: null, by: null },
    "Cancelled because the scope around it has exited: it was not awaited",
  ],
];

for (const [cause, message] of MESSAGES) {
  test(`cancelled: it says "${message}"`, () => {
    const error = cancelledFor(cause);
    assert.equal(error.message, message);
    assert.deepEqual([error.source, error.reason, error.by], [cause.source, cause.reason, cause.by]);
    assert.equal(error.name, "Cancelled");
  });
}

test("cancelled: each scope tells the cause that is in force in it, and a later one of an outer scope does not", async () => {
  await runVirtual(async () => {
    const [outer, inner] = [new CancelScope(), new CancelScope()];
    await outer.run(() =>
      inner.run(async () => {
        inner.cancel("inner");
        const first = await errorOf(Cancelled, checkpoint);
        outer.cancel("outer");
        const second = await errorOf(Cancelled, checkpoint);
        assert.deepEqual([first.reason, second.reason], ["inner", "outer"]);
        throw second;
      })
    );
    assert.ok(outer.cancelledCaught);
  });
});

test("cancelled: a task that fails is named to its siblings, and to the tasks below them", async () => {
  await runVirtual(async () => {
    const told: string[] = [];
    const listen = async () => {
      const error = await errorOf(Cancelled, sleepForever);
      told.push(`${error.source} ${error.by}`);
      throw error;
    };
    await assert.rejects(openNursery(async (nursery) => {
      nursery.startSoon(listen);
      nursery.startSoon(() => openNursery((inner) => inner.startSoon(listen)));
      await waitAllTasksBlocked();
      nursery.startSoon(() => Promise.reject(new Error("no")), { name: "culprit" });
    }));
    assert.deepEqual(told, ["nursery culprit", "nursery culprit"]);
  });
});

test("checkpointIfCancelled: it raises in a cancelled scope, and else goes on at once", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    let steps = 0;
    await scope.run(() => {
      for (; steps < 10; steps++) {
        checkpointIfCancelled();
        if (steps === 4) scope.cancel();
      }
    });
    assert.deepEqual([steps, scope.cancelledCaught], [5, true]);
  });
});

test("checkpointIfCancelled: outside of run() it is an error", () => {
  assert.throws(checkpointIfCancelled, /inside run\(\)/);
});
