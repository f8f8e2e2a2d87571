import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { Cancelled } from "../../lib/scope/cancelled.ts";
import { ErrorGroup } from "../../lib/scope/error_group.ts";
import { currentTask } from "../../lib/scope/introspection.ts";
import { type Nursery, openNursery } from "../../lib/scope/nursery.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { currentTime, sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { ignoredTaskStatus, type TaskStatus } from "../../lib/scope/task_status.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { Event } from "../../lib/sync/event.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

test("nursery.start: it returns what the task passes to started(), and the task goes on in the nursery", async () => {
  await runVirtual(async (clock) => {
    const done = new Event();
    await openNursery(async (nursery) => {
      const value = await nursery.start<string>(async (status) => {
        await sleep(10);
        status.started("ready");
        await sleep(20);
        done.set();
      });
      assert.equal(value, "ready");
      assert.deepEqual([clock.now(), done.isSet], [10, false]);
    });
    assert.deepEqual([clock.now(), done.isSet], [30, true]);
  });
});

test("nursery.start: an error before started() is raised bare in the caller, and the nursery goes on", async () => {
  await runVirtual(async () => {
    const reason = new RangeError("no port is free");
    await openNursery(async (nursery) => {
      const error = await errorOf(RangeError, () =>
        nursery.start(async () => {
          await sleep(5);
          throw reason;
        }));
      assert.equal(error, reason);
      await checkpoint();
    });
  });
});

test("nursery.start: an error after started() is the nursery's, with the name of the task", async () => {
  await runVirtual(async () => {
    const reason = new RangeError("late");
    const group = await errorOf(ErrorGroup, () =>
      openNursery(async (nursery) => {
        await nursery.start(async (status) => {
          status.started();
          await sleep(5);
          throw reason;
        }, { name: "server" });
        await sleepForever();
      }));
    assert.deepEqual(group.errors, [reason]);
    assert.equal(group.taskOf(reason), "server");
  });
});

test("nursery.start: a task that returns without started() is an error that names it", async () => {
  await runVirtual(async () => {
    await openNursery(async (nursery) => {
      const error = await errorOf(TypeError, () => nursery.start(() => {}, { name: "forgetful" }));
      assert.match(error.message, /"forgetful" returned without having called started\(\)/);
    });
  });
});

test("nursery.start: where the caller is cancelled, a missing started() shows as the cancel that it comes from", async () => {
  await runVirtual(async () => {
    await openNursery(async (nursery) => {
      const scope = new CancelScope();
      await scope.run(() =>
        nursery.start(async () => {
          scope.cancel();
          await sleepForever().catch(() => {});
        })
      );
      assert.ok(scope.cancelledCaught);
    });
  });
});

test("nursery.start: a second started() is an error in the task", async () => {
  await runVirtual(async () => {
    await openNursery(async (nursery) => {
      await nursery.start((status) => {
        status.started();
        assert.throws(() => status.started(), /Cannot call started\(\) twice/);
      });
    });
  });
});

test("nursery.start: a started() that comes when the task is over is an error, and keeps nothing open", async () => {
  await runVirtual(async () => {
    await openNursery(async (nursery) => {
      let leaked: TaskStatus | undefined;
      await errorOf(TypeError, () => nursery.start((status) => void (leaked = status)));
      assert.throws(() => leaked!.started(), /is over/);
    });
  });
});

test("nursery.start: until started() a cancel of the caller cancels the task, and the nursery does not", async () => {
  await runVirtual(async (clock) => {
    let seen: unknown;
    await openNursery(async (nursery) => {
      nursery.cancelScope.shield = true;
      await moveOnAfter(10, () =>
        nursery.start(async () => {
          seen = await sleepForever().catch((error: unknown) => error);
          throw seen;
        }));
      assert.ok(seen instanceof Cancelled);
      assert.equal(clock.now(), 10);
    });
  });
});

test("nursery.start: after started() the task obeys the nursery, not the caller", async () => {
  await runVirtual(async (clock) => {
    await openNursery(async (nursery) => {
      await moveOnAfter(10, async () => {
        await nursery.start(async (status) => {
          status.started();
          await sleep(50);
        });
        await sleepForever();
      });
      assert.equal(clock.now(), 10);
    });
    assert.equal(clock.now(), 50);
  });
});

test("nursery.start: the scopes that the task has open move with it", async () => {
  await runVirtual(async () => {
    const inside = new CancelScope();
    const shielded = new CancelScope({ shield: true });
    const ends: unknown[] = [];
    await openNursery(async (nursery) => {
      await moveOnAfter(10, async () => {
        await nursery.start((status) =>
          inside.run(() =>
            shielded.run(async () => {
              status.started();
              await sleep(100);
              ends.push(currentTime());
              shielded.shield = false;
              await sleepForever();
            })
          )
        );
        await sleepForever();
      });
      nursery.cancelScope.cancel();
    });
    ends.push(currentTime(), inside.cancelledCaught, shielded.cancelledCaught);
    assert.deepEqual(ends, [100, 100, false, false]);
  });
});

test("nursery.start: an own scope of the task still absorbs its own cancel after the hand-over", async () => {
  await runVirtual(async () => {
    const own = new CancelScope();
    let goesOn = false;
    await openNursery(async (nursery) => {
      await nursery.start(async (status) => {
        await own.run(async () => {
          status.started();
          await sleepForever();
        });
        goesOn = true;
      });
      own.cancel();
    });
    assert.deepEqual([own.cancelledCaught, goesOn], [true, true]);
  });
});

test("nursery.start: a nursery inside the task moves with all of its tasks", async () => {
  await runVirtual(async () => {
    const ended: string[] = [];
    await openNursery(async (nursery) => {
      await moveOnAfter(10, async () => {
        await nursery.start((status) =>
          openNursery((inner) => {
            inner.startSoon(async () => {
              await sleep(30);
              ended.push("inner task");
            });
            status.started();
          })
        );
        await sleepForever();
      });
    });
    assert.deepEqual(ended, ["inner task"]);
  });
});

test("nursery.start: a nursery that is cancelled meanwhile cancels the task from started() on", async () => {
  await runVirtual(async () => {
    const order: string[] = [];
    await openNursery(async (outer) => {
      let target: Nursery | undefined;
      const open = new Event();
      outer.startSoon(() =>
        openNursery(async (nursery) => {
          target = nursery;
          open.set();
          await sleepForever();
        })
      );
      await open.wait();
      const value = await target!.start<number>(async (status) => {
        target!.cancelScope.cancel();
        await sleep(10);
        order.push("untouched before started()");
        status.started(7);
        await sleepForever().catch((error: unknown) => {
          order.push("cancelled after it");
          throw error;
        });
      });
      assert.equal(value, 7);
    });
    assert.deepEqual(order, ["untouched before started()", "cancelled after it"]);
  });
});

test("nursery.start: a caller that is cancelled when started() comes keeps the task, and takes it along", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    let raised: unknown;
    await openNursery(async (nursery) => {
      await scope.run(() =>
        nursery.start(async (status) => {
          scope.cancel();
          status.started();
          raised = await checkpoint().catch((error: unknown) => error);
          throw raised;
        })
      );
      await checkpoint();
    });
    assert.ok(raised instanceof Cancelled);
    assert.ok(scope.cancelledCaught);
  });
});

test("nursery.start: one that is pending keeps the nursery open, and the task finds it so", async () => {
  await runVirtual(async (clock) => {
    await openNursery(async (outer) => {
      const starting = new Event();
      await openNursery((nursery) => {
        outer.startSoon(async () => {
          const value = await nursery.start<string>(async (status) => {
            starting.set();
            await sleep(25);
            status.started("in time");
            nursery.startSoon(() => sleep(5));
          });
          assert.equal(value, "in time");
        });
        return starting.wait();
      });
      assert.equal(clock.now(), 30);
    });
  });
});

test("nursery.start: a failed one lets the nursery close", async () => {
  await runVirtual(async () => {
    await openNursery(async (outer) => {
      const starting = new Event();
      await openNursery((nursery) => {
        outer.startSoon(() =>
          errorOf(RangeError, () =>
            nursery.start(async () => {
              starting.set();
              await sleep(5);
              throw new RangeError();
            }))
        );
        return starting.wait();
      });
    });
  });
});

test("nursery.start: in a nursery that is closed it is an error", async () => {
  await runVirtual(async () => {
    let closed: Nursery | undefined;
    await openNursery((nursery) => {
      closed = nursery;
    });
    await assert.rejects(closed!.start<void>((status) => status.started()), /the nursery is closed/);
  });
});

test("nursery.start: the task's parent is the caller before started(), and the owner of the nursery after it", async () => {
  await runVirtual(async () => {
    const parents: (string | undefined)[] = [];
    await openNursery(async (nursery) => {
      await openNursery((callers) =>
        callers.startSoon(() =>
          nursery.start((status) => {
            parents.push(currentTask().parent?.name);
            status.started();
            parents.push(currentTask().parent?.name);
          }), { name: "caller" })
      );
    });
    assert.deepEqual(parents, ["caller", "main"]);
  });
});

test("nursery.start: a function with a status that is ignored may be called directly too", async () => {
  const serve = async (status: TaskStatus<unknown> = ignoredTaskStatus) => {
    await checkpoint();
    status.started("nobody listens");
    return "served";
  };
  await runVirtual(async () => assert.equal(await serve(), "served"));
});

test("nursery.start: callers at the same time each get the value of their own task", async () => {
  await runVirtual(async () => {
    await openNursery(async (nursery) => {
      const start = (value: number) =>
        nursery.start<number>(async (status) => {
          await sleep(10 - value);
          status.started(value);
        });
      assert.deepEqual(await Promise.all([start(1), start(2), start(3)]), [1, 2, 3]);
      await waitAllTasksBlocked();
    });
  });
});
