import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { BrokenSequence, Sequencer } from "../../lib/testing/sequencer.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

test("sequencer: blocks of several tasks run one after the other, in the order of their numbers", async () => {
  await runVirtual(async () => {
    const sequencer = new Sequencer();
    const order: number[] = [];
    const place = (number: number) =>
      sequencer.run(number, async () => {
        order.push(number);
        await sleep(10 - number);
        order.push(number);
      });
    await openNursery((nursery) => {
      nursery.startSoon(async () => {
        await place(1);
        await place(2);
        await place(5);
      });
      nursery.startSoon(async () => {
        await place(0);
        await place(4);
      });
      nursery.startSoon(() => place(3));
    });
    assert.deepEqual(order, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
  });
});

test("sequencer: it gives what the block gives, and a block that fails lets the next one run", async () => {
  await runVirtual(async () => {
    const sequencer = new Sequencer();
    assert.equal(await sequencer.run(0, () => 5), 5);
    await errorOf(RangeError, () => sequencer.run(1, () => Promise.reject(new RangeError())));
    assert.equal(await sequencer.run(2, () => 6), 6);
  });
});

test("sequencer: a number that is or was taken is an error", async () => {
  await runVirtual(async () => {
    const sequencer = new Sequencer();
    await sequencer.run(0, checkpoint);
    assert.match((await errorOf(TypeError, () => sequencer.run(0, () => {}))).message, /Number 0 .* taken/);
  });
});

test("sequencer: a block that is cancelled while it waits breaks all later ones, also those to come", async () => {
  await runVirtual(async () => {
    const sequencer = new Sequencer();
    const scope = new CancelScope();
    await openNursery(async (nursery) => {
      nursery.startSoon(() => scope.run(() => sequencer.run(1, () => assert.fail("cancelled"))));
      nursery.startSoon(() => errorOf(BrokenSequence, () => sequencer.run(2, () => assert.fail("broken"))));
      await waitAllTasksBlocked();
      scope.cancel();
    });
    assert.ok(scope.cancelledCaught);
    await errorOf(BrokenSequence, () => sequencer.run(7, () => assert.fail("broken")));
  });
});
