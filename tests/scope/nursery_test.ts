import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { Cancelled } from "../../lib/scope/cancelled.ts";
import { ErrorGroup } from "../../lib/scope/error_group.ts";
import { type Nursery, openNursery } from "../../lib/scope/nursery.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";

async function groupOf(promise: Promise<unknown>): Promise<readonly unknown[]> {
  const error = await promise.then(() => assert.fail("must raise"), (error: unknown) => error);
  assert.ok(error instanceof ErrorGroup, String(error));
  return error.errors;
}

test("nursery: it does not close before every task is over", async () => {
  await runVirtual(async (clock) => {
    const done: string[] = [];
    const value = await openNursery((nursery) => {
      for (const ms of [30, 10, 20]) {
        nursery.startSoon(async () => {
          await sleep(ms);
          done.push(`after ${ms}`);
        });
      }
      done.push("body");
      return 7;
    });
    assert.equal(value, 7);
    assert.deepEqual(done, ["body", "after 10", "after 20", "after 30"]);
    assert.equal(clock.now(), 30);
  });
});

test("nursery: a task does not run before the starter's next await", async () => {
  await runVirtual(async () => {
    const order: string[] = [];
    await openNursery((nursery) => {
      nursery.startSoon(() => order.push("task"));
      order.push("starter");
    });
    assert.deepEqual(order, ["starter", "task"]);
  });
});

test("nursery: the first error cancels the others, and all errors are kept in order", async () => {
  await runVirtual(async () => {
    const first = new Error("first");
    const second = new Error("second, while it was cancelled");
    const errors = await groupOf(openNursery((nursery) => {
      nursery.startSoon(async () => {
        await sleep(5);
        throw first;
      });
      nursery.startSoon(async () => {
        await sleepForever().catch(() => {
          throw second;
        });
      });
      nursery.startSoon(() => sleepForever());
    }));
    assert.deepEqual(errors, [first, second]);
  });
});

test("nursery: an error of the body cancels the tasks", async () => {
  await runVirtual(async () => {
    let cancelled = 0;
    const errors = await groupOf(openNursery(async (nursery) => {
      for (let i = 0; i < 3; i++) {
        nursery.startSoon(() => sleepForever().catch(() => cancelled++));
      }
      await checkpoint();
      throw new RangeError("body");
    }));
    assert.equal(cancelled, 3);
    assert.ok(errors.length === 1 && errors[0] instanceof RangeError);
  });
});

test("nursery: an error of a task wakes the body", async () => {
  await runVirtual(async () => {
    const errors = await groupOf(openNursery(async (nursery) => {
      nursery.startSoon(() => Promise.reject(new Error("task")), { name: "bad" });
      const cause = await sleepForever().catch((error: unknown) => error);
      assert.ok(cause instanceof Cancelled);
      assert.deepEqual([cause.source, cause.by, cause.reason], ["nursery", "bad", 'task "bad" failed: task']);
    }));
    assert.equal(errors.length, 1);
  });
});

test("nursery: with collapse a single error leaves bare, several stay a group", async () => {
  await runVirtual(async () => {
    const failing = (count: number) =>
      openNursery((nursery) => {
        for (let i = 0; i < count; i++) nursery.startSoon(() => Promise.reject(new RangeError(`${i}`)));
      }, { collapse: true });
    await assert.rejects(failing(1), RangeError);
    assert.equal((await groupOf(failing(2))).length, 2);
  });
});

test("nursery: a cancel from outside passes through and leaves no group", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    await scope.run(() =>
      openNursery((nursery) => {
        nursery.startSoon(() => sleepForever());
        nursery.startSoon(async () => {
          await sleep(5);
          scope.cancel();
        });
      })
    );
    assert.ok(scope.cancelledCaught);
  });
});

test("nursery: a real error outranks a cancel from outside", async () => {
  await runVirtual(async () => {
    const cleanup = new Error("cleanup failed");
    const errors = await groupOf(moveOnAfter(5, () =>
      openNursery((nursery) => {
        nursery.startSoon(() => sleepForever());
        nursery.startSoon(() =>
          sleepForever().catch(() => {
            throw cleanup;
          })
        );
      })));
    assert.deepEqual(errors, [cleanup]);
  });
});

test("nursery: cancelling its own scope ends it quietly and keeps the body's value", async () => {
  await runVirtual(async () => {
    const value = await openNursery((nursery) => {
      nursery.startSoon(() => sleepForever());
      nursery.cancelScope.cancel();
      return "kept";
    });
    assert.equal(value, "kept");
  });
});

test("nursery: a task that shields its cleanup is waited for", async () => {
  await runVirtual(async (clock) => {
    let cleaned = false;
    await moveOnAfter(10, () =>
      openNursery((nursery) => {
        nursery.startSoon(async () => {
          try {
            await sleepForever();
          } finally {
            await new CancelScope({ shield: true }).run(() => sleep(90));
            cleaned = true;
          }
        });
      }));
    assert.ok(cleaned);
    assert.equal(clock.now(), 100);
  });
});

test("nursery: tasks may be started from tasks, and obey the nursery's scopes, not the starter's", async () => {
  await runVirtual(async () => {
    const done: string[] = [];
    await openNursery(async (outer) => {
      await moveOnAfter(5, async () => {
        outer.startSoon(async () => {
          await sleep(50);
          done.push("outlived the starter's scope");
        });
        await sleepForever();
      });
    });
    assert.deepEqual(done, ["outlived the starter's scope"]);
  });
});

test("nursery: starting a task after its exit is an error", async () => {
  await runVirtual(async () => {
    let leaked: Nursery | undefined;
    await openNursery((nursery) => {
      leaked = nursery;
    });
    assert.throws(() => leaked!.startSoon(() => {}), /the nursery is closed/);
  });
});

test("nursery: nested groups flatten to the errors themselves", async () => {
  await runVirtual(async () => {
    const bad = (text: string) => () => Promise.reject(new Error(text));
    const failing = openNursery((outer) => {
      outer.startSoon(bad("a"));
      outer.startSoon(() =>
        openNursery((inner) => {
          inner.startSoon(bad("b"));
          inner.startSoon(bad("c"));
        })
      );
    });
    const error = await failing.catch((error: unknown) => error) as ErrorGroup;
    assert.deepEqual(error.flatten().map((one) => (one as Error).message).sort(), ["a", "b", "c"]);
  });
});

test("nursery: a hundred thousand tasks park and are cancelled", async () => {
  await runVirtual(async () => {
    let cancelled = 0;
    await openNursery(async (nursery) => {
      for (let i = 0; i < 100_000; i++) nursery.startSoon(() => sleepForever().catch(() => cancelled++));
      await sleep(1);
      nursery.cancelScope.cancel();
    });
    assert.equal(cancelled, 100_000);
  });
});
