import assert from "node:assert/strict";
import { after, instant, NEVER } from "../../lib/base/instant.ts";
import { CancelScope, currentEffectiveDeadline } from "../../lib/scope/cancel_scope.ts";
import { Cancelled } from "../../lib/scope/cancelled.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { currentTime, sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { failAfter, moveOnAfter, TooSlowError } from "../../lib/scope/timeouts.ts";
import { Event } from "../../lib/sync/event.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";

test("cancel scope: a deadline ends the wait inside, and time passes for it alone", async () => {
  await runVirtual(async (clock) => {
    const value = await moveOnAfter(100, async (scope) => {
      await sleep(3_600_000);
      return scope;
    });
    assert.equal(value, undefined);
    assert.equal(clock.now(), 100);
  });
});

test("cancel scope: every checkpoint inside raises again until the scope exits", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    let raised = 0;
    await scope.run(async () => {
      scope.cancel("enough");
      for (let i = 0; i < 3; i++) {
        await assert.rejects(checkpoint(), Cancelled);
        raised += 1;
      }
      await sleepForever();
    });
    assert.equal(raised, 3);
    assert.ok(scope.cancelledCaught);
    await checkpoint();
  });
});

test("cancel scope: the outermost cancelled scope absorbs, inner ones let it pass", async () => {
  await runVirtual(async () => {
    const outer = new CancelScope();
    const inner = new CancelScope();
    await outer.run(async () => {
      await inner.run(async () => {
        inner.cancel();
        outer.cancel();
        await sleepForever();
      });
      assert.fail("the cancel belongs to the outer scope");
    });
    assert.deepEqual([outer.cancelledCaught, inner.cancelledCaught], [true, false]);
  });
});

test("cancel scope: an inner cancel does not reach the outer scope", async () => {
  await runVirtual(async () => {
    const outer = new CancelScope();
    await outer.run(async () => {
      await moveOnAfter(1, () => sleepForever());
      await checkpoint();
    });
    assert.equal(outer.cancelledCaught, false);
  });
});

test("cancel scope: a shield hides outer cancels, and lifting it lets them through at once", async () => {
  await runVirtual(async () => {
    const outer = new CancelScope();
    const shielded = new CancelScope({ shield: true });
    const steps: string[] = [];
    await outer.run(async () => {
      outer.cancel();
      await shielded.run(async () => {
        await sleep(5);
        steps.push("worked behind the shield");
        shielded.shield = false;
        await sleep(5);
        steps.push("never");
      });
      steps.push("never");
    });
    assert.deepEqual(steps, ["worked behind the shield"]);
    assert.deepEqual([outer.cancelledCaught, shielded.cancelledCaught], [true, false]);
  });
});

test("cancel scope: lifting a shield wakes a task that already waits behind it", async () => {
  await runVirtual(async () => {
    const outer = new CancelScope();
    const shielded = new CancelScope({ shield: true });
    const lift = async () => {
      await sleep(10);
      outer.cancel();
      await sleep(10).catch(() => {});
    };
    await outer.run(() =>
      Promise.all([
        lift().then(() => shielded.shield = false),
        shielded.run(() => sleepForever()),
      ])
    );
    assert.ok(outer.cancelledCaught);
  });
});

test("cancel scope: a shield does not hide the scope's own cancel", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope({ shield: true, deadline: after(currentTime(), 7) });
    await scope.run(() => sleepForever());
    assert.ok(scope.cancelledCaught);
    assert.equal(currentTime(), 7);
  });
});

test("cancel scope: a cancel before the entry takes effect at the first checkpoint", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    scope.cancel();
    let reached = false;
    await scope.run(async () => {
      reached = true;
      await checkpoint();
      assert.fail("must not be reached");
    });
    assert.ok(reached && scope.cancelledCaught);
  });
});

test("cancel scope: without a checkpoint a cancel has no effect", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    const value = await scope.run(() => {
      scope.cancel();
      return 5;
    });
    assert.equal(value, 5);
    assert.deepEqual([scope.cancelCalled, scope.cancelledCaught], [true, false]);
  });
});

test("cancel scope: a moved deadline counts, one that has passed cannot be taken back", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope({ deadline: instant(10) });
    await scope.run(async () => {
      scope.deadline = instant(50);
      await sleep(20);
      scope.deadline = instant(30);
      await sleep(20);
      assert.fail("must not be reached");
    });
    assert.equal(currentTime(), 30);
    scope.deadline = instant(1_000);
    assert.ok(scope.cancelCalled);
  });
});

test("cancel scope: the first cause is kept and carried", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    await scope.run(async () => {
      scope.cancel("first");
      scope.cancel("second");
      const error = await checkpoint().catch((error: unknown) => error);
      assert.ok(error instanceof Cancelled);
      assert.deepEqual([error.source, error.reason, error.by], ["explicit", "first", "main"]);
      assert.equal(error.message, 'Cancelled by task "main": first');
    });
  });
});

test("cancel scope: an error that is no cancel passes through", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    const failing = scope.run(() => {
      scope.cancel();
      throw new RangeError("real");
    });
    await assert.rejects(failing, RangeError);
    assert.equal(scope.cancelledCaught, false);
  });
});

test("cancel scope: failAfter raises only if it caught a cancel", async () => {
  await runVirtual(async () => {
    await assert.rejects(failAfter(5, () => sleep(10)), TooSlowError);
    assert.equal(await failAfter(5, () => 1), 1);
    await assert.rejects(failAfter(-1, () => 1), RangeError);
    await assert.rejects(moveOnAfter(NaN, () => 1), RangeError);
  });
});

test("cancel scope: the effective deadline is the earliest that shields let through", async () => {
  await runVirtual(async () => {
    await moveOnAfter(100, async () => {
      await moveOnAfter(500, () => assert.equal(currentEffectiveDeadline(), 100));
      const shielded = new CancelScope({ shield: true, deadline: instant(500) });
      await shielded.run(() => assert.equal(currentEffectiveDeadline(), 500));
      const cancelled = new CancelScope();
      await cancelled.run(() => {
        cancelled.cancel();
        assert.equal(currentEffectiveDeadline(), -Infinity);
      });
    });
    assert.equal(currentEffectiveDeadline(), Infinity);
  });
});

test("cancel scope: two branches under Promise.all have a stack each", async () => {
  await runVirtual(async () => {
    const branch = async (ms: number) => {
      const scope = new CancelScope({ deadline: after(currentTime(), ms) });
      await scope.run(() => sleep(10));
      return scope.cancelledCaught;
    };
    assert.deepEqual(await Promise.all([branch(5), branch(15), branch(7)]), [true, false, true]);
  });
});

test("cancel scope: entering twice and exiting around an open scope are errors with a hint", async () => {
  await runVirtual(async () => {
    const once = new CancelScope();
    await once.run(() => {});
    await assert.rejects(once.run(() => {}), /create a new one/);

    const outer = new CancelScope();
    let inner: Promise<unknown> = Promise.resolve();
    const forgotten = outer.run(() => {
      inner = new CancelScope().run(() => sleep(5));
    });
    await assert.rejects(forgotten, /start it in a nursery/);
    await inner;
  });
});

test("cancel scope: outside of run() there is nothing to wait in, and the error says so", async () => {
  await assert.rejects(sleep(1), /inside run\(\)/);
  await assert.rejects(new CancelScope().run(() => {}), /inside run\(\)/);
});

test("cancel scope: ten thousand nested scopes are cancelled from the outside", async () => {
  await runVirtual(async () => {
    const outer = new CancelScope();
    const nest = async (depth: number): Promise<unknown> => {
      await checkpoint();
      return depth === 0 ? await sleepForever() : await new CancelScope().run(() => nest(depth - 1));
    };
    await outer.run(async () => {
      const nested = nest(10_000);
      await sleep(1);
      outer.cancel();
      await nested;
    });
    assert.ok(outer.cancelledCaught);
  });
});

test("cancel scope: of two cancelled scopes around a shielded one, the shielded one has its own cancel first", async () => {
  await runVirtual(async () => {
    const [outer, shielded, inner] = [
      new CancelScope(),
      new CancelScope({ shield: true }),
      new CancelScope(),
    ];
    let after = false;
    await outer.run(async () => {
      outer.cancel();
      await shielded.run(async () => {
        shielded.cancel();
        await inner.run(async () => {
          inner.cancel();
          await checkpoint();
        });
      });
      after = true;
      await checkpoint();
    });
    assert.ok(after);
    assert.deepEqual(
      [outer, shielded, inner].map((scope) => scope.cancelledCaught),
      [true, true, false],
    );
  });
});

test("cancel scope: a shield that is lifted while a cancel propagates sends it on to the outer scope", async () => {
  await runVirtual(async () => {
    const [outer, inner] = [new CancelScope(), new CancelScope({ shield: true })];
    await outer.run(async () => {
      await inner.run(async () => {
        outer.cancel();
        inner.cancel();
        try {
          await checkpoint();
        } finally {
          inner.shield = false;
        }
      });
      assert.fail("the cancel belongs to the outer scope");
    });
    assert.deepEqual([outer.cancelledCaught, inner.cancelledCaught], [true, false]);
  });
});

test("cancel scope: a shield that is put up while a cancel propagates keeps it for itself", async () => {
  await runVirtual(async () => {
    const [outer, inner] = [new CancelScope(), new CancelScope()];
    await outer.run(async () => {
      await inner.run(async () => {
        outer.cancel();
        inner.cancel();
        await checkpoint().finally(() => inner.shield = true);
      });
      assert.deepEqual([outer.cancelledCaught, inner.cancelledCaught], [false, true]);
    });
    assert.deepEqual([outer.cancelCalled, outer.cancelledCaught], [true, false]);
  });
});

test("cancel scope: a shield of a scope further out counts for what is inside of it only", async () => {
  await runVirtual(async () => {
    const [outer, middle] = [new CancelScope(), new CancelScope()];
    await outer.run(async () => {
      outer.cancel();
      await new CancelScope({ shield: true }).run(async () => {
        await middle.run(async () => {
          await checkpoint();
          middle.cancel();
          await checkpoint();
        });
        await checkpoint();
      });
      await checkpoint();
    });
    assert.deepEqual([outer.cancelledCaught, middle.cancelledCaught], [true, true]);
  });
});

test("cancel scope: a deadline that is moved into the past cancels at once", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    await scope.run(async () => {
      await sleep(10);
      scope.deadline = instant(5);
      assert.ok(scope.cancelCalled);
      await checkpoint();
    });
    assert.ok(scope.cancelledCaught);
  });
});

test("cancel scope: a deadline that is taken away does not cancel", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope({ deadline: instant(10) });
    await scope.run(async () => {
      scope.deadline = NEVER;
      await sleep(20);
    });
    assert.equal(scope.cancelCalled, false);
  });
});

test("cancel scope: asking past the deadline finds it cancelled, also where no wait has noticed yet", async () => {
  await runVirtual(async (clock) => {
    const scope = new CancelScope({ deadline: instant(10) });
    await scope.run(() => {
      assert.equal(scope.cancelCalled, false);
      clock.advance(10);
      assert.equal(scope.cancelCalled, true);
    });
    assert.equal(scope.cancelledCaught, false);
  });
});

test("cancel scope: a deadline that passes after the exit changes nothing", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope({ deadline: instant(10) });
    await scope.run(() => {});
    await sleep(20);
    assert.deepEqual([scope.cancelCalled, scope.cancelledCaught], [false, false]);
  });
});

test("cancel scope: of two deadlines the outer one is told of in the causes, when it comes first", async () => {
  await runVirtual(async () => {
    const outer = new CancelScope({ deadline: instant(5) });
    await outer.run(() =>
      moveOnAfter(10, async () => {
        const error = await sleepForever().catch((error: unknown) => error);
        assert.ok(error instanceof Cancelled);
        assert.deepEqual([error.source, error.reason, error.by], ["deadline", null, null]);
        assert.equal(error.message, "Cancelled by its deadline");
        throw error;
      })
    );
    assert.ok(outer.cancelledCaught);
  });
});

test("cancel scope: NaN is no deadline", () => {
  assert.throws(() => new CancelScope({ deadline: instant(NaN) }), RangeError);
  assert.throws(() => new CancelScope().deadline = instant(NaN), RangeError);
});

test("cancel scope: a Cancelled that is caught and ignored just comes again", async () => {
  await runVirtual(async () => {
    let caught = 0;
    await moveOnAfter(10, async () => {
      for (; caught < 5; caught++) await sleep(20).catch(() => {});
      await sleep(20);
      assert.fail("must not be reached");
    });
    assert.equal(caught, 5);
  });
});

test("cancel scope: a wait that was over before the cancel keeps its value", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    const event = new Event();
    let reached = false;
    await openNursery(async (nursery) => {
      nursery.startSoon(() =>
        scope.run(async () => {
          await event.wait();
          reached = true;
          await checkpoint();
        })
      );
      await waitAllTasksBlocked();
      event.set();
      scope.cancel();
    });
    assert.deepEqual([reached, scope.cancelledCaught], [true, true]);
  });
});
