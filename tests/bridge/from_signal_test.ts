import assert from "node:assert/strict";
import { fromSignal } from "../../lib/bridge/from_signal.ts";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { Cancelled } from "../../lib/scope/cancelled.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { raisedBy } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

test("fromSignal: an abort cancels the body, and the reason of the signal is raised", async () => {
  await runVirtual(async () => {
    const controller = new AbortController();
    const reason = new RangeError("reason");
    let inside: unknown;
    await openNursery(async (nursery) => {
      nursery.startSoon(() => sleep(5).then(() => controller.abort(reason)));
      const raised = await raisedBy(() =>
        fromSignal(controller.signal, async () => {
          inside = await raisedBy(sleepForever);
          throw inside;
        })
      );
      assert.equal(raised, reason);
    });
    assert.ok(inside instanceof Cancelled);
    assert.deepEqual([inside.source, inside.reason], ["explicit", "its signal was aborted"]);
  });
});

test("fromSignal: a signal that is aborted already cuts the body short at its first checkpoint", async () => {
  await runVirtual(async () => {
    const steps: string[] = [];
    const raised = await raisedBy(() =>
      fromSignal(AbortSignal.abort("reason"), async () => {
        steps.push("begins");
        await checkpoint();
        steps.push("never");
      })
    );
    assert.deepEqual([raised, steps], ["reason", ["begins"]]);
  });
});

test("fromSignal: a body that ends before the abort keeps its value, and one that fails its error", async () => {
  await runVirtual(async () => {
    const controller = new AbortController();
    assert.equal(await fromSignal(controller.signal, () => 5), 5);
    const failure = new TypeError("own");
    const failing = () =>
      fromSignal(controller.signal, () => {
        controller.abort();
        throw failure;
      });
    assert.equal(await raisedBy(failing), failure);
    await checkpoint();
  });
});

test("fromSignal: a cancel from outside passes through as a cancel", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    await scope.run(() => moveOnAfter(50, () => fromSignal(new AbortController().signal, sleepForever)));
    scope.cancel();
    assert.equal(scope.cancelledCaught, false);
  });
});
