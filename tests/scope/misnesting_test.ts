import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { Cancelled } from "../../lib/scope/cancelled.ts";
import { type Nursery, openNursery } from "../../lib/scope/nursery.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { Event } from "../../lib/sync/event.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf, raisedBy } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

test("misnesting: a scope that exits while one inside is open is an error with a hint", async () => {
  await runVirtual(async () => {
    let inner: Promise<unknown> | undefined;
    const error = await errorOf(TypeError, () =>
      new CancelScope().run(() => {
        inner = new CancelScope().run(() => sleep(5));
      }));
    assert.match(error.message, /a scope inside of it is open.*start it in a nursery/s);
    await inner;
  });
});

test("misnesting: what an error leaves behind is cancelled and waited for, and the error is raised as it is", async () => {
  await runVirtual(async (clock) => {
    const log: unknown[] = [];
    const branch = async () => {
      try {
        await new CancelScope().run(sleepForever);
      } finally {
        await new CancelScope({ shield: true }).run(() => sleep(7));
        log.push("cleaned up");
      }
    };
    const error = await errorOf(
      RangeError,
      () => new CancelScope().run(() => Promise.all([branch(), Promise.reject(new RangeError("real"))])),
    );
    log.push(error.message, clock.now());
    assert.deepEqual(log, ["cleaned up", "real", 7]);
  });
});

test("misnesting: what a cancel leaves behind is no mistake", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    const branch = () => new CancelScope().run(sleepForever);
    await scope.run(async () => {
      const both = Promise.all([sleepForever(), branch()]);
      scope.cancel();
      await both;
    });
    assert.ok(scope.cancelledCaught);
  });
});

test("misnesting: a wait that is left behind is cancelled, as the losers of a race are", async () => {
  await runVirtual(async (clock) => {
    let loser: unknown;
    const slow = async () => {
      loser = await raisedBy(() => sleep(1_000));
    };
    await new CancelScope().run(() => Promise.race([slow(), sleep(1)]));
    await checkpoint();
    assert.match(String(loser), /Cancelled because the scope around it has exited/);
    assert.equal(clock.now(), 1);
  });
});

test("misnesting: the inner scope goes on to obey the scopes further out", async () => {
  await runVirtual(async (clock) => {
    const outer = new CancelScope();
    const inner = new CancelScope();
    await outer.run(async () => {
      let running: Promise<unknown> | undefined;
      await errorOf(TypeError, () =>
        new CancelScope().run(() => {
          running = inner.run(() => sleepForever());
        }));
      await sleep(10);
      outer.cancel();
      await running;
    });
    assert.deepEqual([outer.cancelledCaught, inner.cancelledCaught, clock.now()], [true, false, 10]);
  });
});

test("misnesting: the inner scope still has its own deadline", async () => {
  await runVirtual(async (clock) => {
    let running: Promise<unknown> | undefined;
    await errorOf(TypeError, () =>
      new CancelScope().run(() => {
        running = moveOnAfter(20, () => sleepForever());
      }));
    await running;
    assert.equal(clock.now(), 20);
  });
});

test("misnesting: a nursery that nobody awaits is an error too, and its tasks are still waited for by itself", async () => {
  await runVirtual(async () => {
    let inner: Promise<unknown> | undefined;
    let ended = false;
    const error = await raisedBy(() =>
      openNursery(() => {
        inner = openNursery((nursery) =>
          nursery.startSoon(async () => {
            await sleep(30);
            ended = true;
          })
        );
      })
    );
    assert.match(String(error), /a scope inside of it is open/);
    await inner;
    assert.ok(ended);
  });
});

test("misnesting: waiting where the scope around has exited is an error", async () => {
  await runVirtual(async () => {
    const gone = new Event();
    const errors: Promise<unknown>[] = [];
    await new CancelScope().run(() => {
      const late = async (act: () => unknown) => {
        await gone.wait().catch(() => {});
        return await raisedBy(act);
      };
      errors.push(late(checkpoint), late(() => sleep(1)), late(() => new CancelScope().run(() => {})));
      errors.push(late(() => openNursery(() => {})), late(() => gone.wait()));
    });
    gone.set();
    for (const error of errors) {
      assert.match(String(await error), /TypeError: Cannot wait or open a scope where the scope around/);
    }
  });
});

test("misnesting: a nursery inside of a task that exits early does not take tasks of others along", async () => {
  await runVirtual(async () => {
    let leaked: Nursery | undefined;
    let inner: Promise<unknown> | undefined;
    const seen: unknown[] = [];
    await openNursery(async (outer) => {
      outer.startSoon(async () => {
        await sleep(20);
        seen.push("sibling");
      });
      await raisedBy(() =>
        new CancelScope().run(() => {
          inner = openNursery(async (nursery) => {
            leaked = nursery;
            await sleepForever();
          });
        })
      );
      leaked!.cancelScope.cancel();
      await inner;
      seen.push("inner");
    });
    assert.deepEqual(seen, ["inner", "sibling"]);
  });
});

test("misnesting: a cancel that came before is not missed by what is moved out", async () => {
  await runVirtual(async () => {
    const outer = new CancelScope();
    const behind = new CancelScope({ shield: true });
    let raised: unknown;
    await outer.run(async () => {
      let running: Promise<unknown> | undefined;
      outer.cancel();
      await raisedBy(() =>
        behind.run(() => {
          running = new CancelScope().run(async () => {
            raised = await raisedBy(sleepForever);
            throw raised;
          });
        })
      );
      await running;
    });
    assert.ok(raised instanceof Cancelled);
    assert.ok(outer.cancelledCaught);
  });
});
