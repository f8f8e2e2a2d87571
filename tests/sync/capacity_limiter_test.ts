import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { CapacityLimiter } from "../../lib/sync/capacity_limiter.ts";
import { WouldBlock } from "../../lib/sync/channel_errors.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

function counts(limiter: CapacityLimiter): readonly number[] {
  return [limiter.totalTokens, limiter.borrowedTokens, limiter.availableTokens, limiter.waiting];
}

test("capacity limiter: no more at once than there are tokens, in the order in which they came", async () => {
  await runVirtual(async () => {
    const limiter = new CapacityLimiter(2);
    const order: number[] = [];
    await openNursery((nursery) => {
      for (let i = 0; i < 6; i++) {
        nursery.startSoon(async () => {
          await sleep(i);
          await limiter.run(async () => {
            order.push(i);
            await sleep(10);
            assert.ok(limiter.borrowedTokens <= 2);
          });
        });
      }
    });
    assert.deepEqual([order, counts(limiter)], [[0, 1, 2, 3, 4, 5], [2, 0, 2, 0]]);
  });
});

test("capacity limiter: a borrower has one token at most", async () => {
  await runVirtual(async () => {
    const limiter = new CapacityLimiter(5);
    await limiter.acquire();
    await errorOf(TypeError, () => limiter.acquire());
    assert.throws(() => limiter.acquireNowait(), TypeError);
    await limiter.acquireOnBehalfOf("something else");
    await errorOf(TypeError, () => limiter.acquireOnBehalfOf("something else"));
    assert.deepEqual(counts(limiter), [5, 2, 3, 0]);
    limiter.release();
    limiter.release("something else");
    assert.throws(() => limiter.release(), /the borrower has none/);
    assert.throws(() => limiter.release("something else"), TypeError);
  });
});

test("capacity limiter: a borrower waits once at most", async () => {
  await runVirtual(async () => {
    const limiter = new CapacityLimiter(0);
    await openNursery(async (nursery) => {
      nursery.startSoon(() => limiter.acquireOnBehalfOf("x"));
      await waitAllTasksBlocked();
      await errorOf(TypeError, () => limiter.acquireOnBehalfOf("x"));
      nursery.cancelScope.cancel();
    });
    assert.deepEqual(counts(limiter), [0, 0, 0, 0]);
  });
});

test("capacity limiter: a token may be borrowed in one task and given back in another", async () => {
  await runVirtual(async () => {
    const limiter = new CapacityLimiter(1);
    const work = {};
    await limiter.acquireOnBehalfOf(work);
    await openNursery((nursery) => nursery.startSoon(() => limiter.release(work)));
    assert.equal(limiter.availableTokens, 1);
  });
});

test("capacity limiter: more tokens let those go on who wait, as many as there are", async () => {
  await runVirtual(async () => {
    const limiter = new CapacityLimiter(0);
    await openNursery(async (nursery) => {
      for (let i = 0; i < 4; i++) nursery.startSoon(() => limiter.acquireOnBehalfOf(i));
      await waitAllTasksBlocked();
      assert.deepEqual(counts(limiter), [0, 0, 0, 4]);
      limiter.totalTokens = 3;
      assert.deepEqual(counts(limiter), [3, 3, 0, 1]);
      limiter.totalTokens = Infinity;
      assert.deepEqual(counts(limiter), [Infinity, 4, Infinity, 0]);
    });
  });
});

test("capacity limiter: with fewer tokens than are borrowed, nobody goes on until enough are back", async () => {
  await runVirtual(async () => {
    const limiter = new CapacityLimiter(3);
    for (const borrower of ["a", "b", "c"]) limiter.acquireNowait(borrower);
    await openNursery(async (nursery) => {
      limiter.totalTokens = 1;
      assert.deepEqual(counts(limiter), [1, 3, 0, 0]);
      nursery.startSoon(() => limiter.acquireOnBehalfOf("d"));
      await waitAllTasksBlocked();
      limiter.release("a");
      limiter.release("b");
      assert.deepEqual(counts(limiter), [1, 1, 0, 1]);
      limiter.release("c");
      assert.deepEqual(counts(limiter), [1, 1, 0, 0]);
    });
  });
});

test("capacity limiter: what does not wait says that it would", async () => {
  await runVirtual(() => {
    const limiter = new CapacityLimiter(1);
    limiter.acquireNowait("a");
    assert.throws(() => limiter.acquireNowait("b"), WouldBlock);
  });
});

test("capacity limiter: a wait that is cancelled borrows nothing", async () => {
  await runVirtual(async () => {
    const limiter = new CapacityLimiter(1);
    const scope = new CancelScope();
    await openNursery(async (nursery) => {
      limiter.acquireNowait("first");
      nursery.startSoon(() => scope.run(() => limiter.acquire()));
      await waitAllTasksBlocked();
      scope.cancel();
      limiter.release("first");
    });
    assert.deepEqual([scope.cancelledCaught, limiter.borrowedTokens], [true, 0]);
  });
});

test("capacity limiter: it has a whole number of tokens from 0, or as many as one likes", () => {
  for (const total of [-1, 0.5, NaN, -Infinity]) {
    assert.throws(() => new CapacityLimiter(total), RangeError);
    const limiter = new CapacityLimiter(1);
    assert.throws(() => limiter.totalTokens = total, RangeError);
    assert.equal(limiter.totalTokens, 1);
  }
});
