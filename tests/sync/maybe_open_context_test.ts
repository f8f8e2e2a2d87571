import assert from "node:assert/strict";
import { seeded } from "../../lib/base/chance.ts";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { ErrorGroup } from "../../lib/scope/error_group.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { BrokenResourceError } from "../../lib/sync/channel_errors.ts";
import type { Context } from "../../lib/sync/context.ts";
import { Event } from "../../lib/sync/event.ts";
import { maybeOpenContext } from "../../lib/sync/maybe_open_context.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf, raisedBy } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

/** A resource that takes 10 ms to make and 10 ms to take down, and counts both. */
class Resource {
  made = 0;
  takenDown = 0;
  readonly context: Context<number> = async (use) => {
    await sleep(10);
    try {
      await use(++this.made);
    } finally {
      await new CancelScope({ shield: true }).run(() => sleep(10));
      this.takenDown += 1;
    }
  };
}

test("maybeOpenContext: users at the same time share one resource, and each is told whether it was there", async () => {
  await runVirtual(async (clock) => {
    const resource = new Resource();
    const seen: string[] = [];
    await openNursery((nursery) => {
      for (const ms of [0, 5, 15]) {
        nursery.startSoon(async () => {
          await sleep(ms);
          await maybeOpenContext("key", resource.context, async (value, wasOpen) => {
            seen.push(`${value} at ${clock.now()}, ${wasOpen ? "was open" : "new"}`);
            await sleep(20);
          });
        });
      }
    });
    assert.deepEqual(seen.toSorted(), ["1 at 10, new", "1 at 10, was open", "1 at 15, was open"]);
    assert.deepEqual([resource.made, resource.takenDown, clock.now()], [1, 1, 45]);
  });
});

test("maybeOpenContext: it returns what the body returns", async () => {
  await runVirtual(async () => {
    assert.equal(await maybeOpenContext("key", new Resource().context, (value) => value + 1), 2);
  });
});

test("maybeOpenContext: the last user waits until the resource is taken down, the others do not", async () => {
  await runVirtual(async (clock) => {
    const resource = new Resource();
    const left: number[] = [];
    await openNursery((nursery) => {
      for (const ms of [20, 40]) {
        nursery.startSoon(async () => {
          await maybeOpenContext("key", resource.context, () => sleep(ms));
          left.push(clock.now());
        });
      }
    });
    assert.deepEqual(left, [30, 60]);
  });
});

test("maybeOpenContext: the last user waits for the end also if it is cancelled meanwhile", async () => {
  await runVirtual(async (clock) => {
    const resource = new Resource();
    await moveOnAfter(15, () => maybeOpenContext("key", resource.context, () => sleepForever()));
    assert.deepEqual([resource.takenDown, clock.now()], [1, 25]);
  });
});

test("maybeOpenContext: who comes while it is taken down waits for the end, and makes a new one", async () => {
  await runVirtual(async (clock) => {
    const resource = new Resource();
    await openNursery((nursery) => {
      nursery.startSoon(() => maybeOpenContext("key", resource.context, () => {}));
      for (const ms of [12, 15]) {
        nursery.startSoon(async () => {
          await sleep(ms);
          await maybeOpenContext("key", resource.context, async (value) => {
            assert.deepEqual([value, resource.takenDown, clock.now()], [2, 1, 30]);
            await sleep(1);
          });
        });
      }
    });
    assert.deepEqual([resource.made, resource.takenDown], [2, 2]);
  });
});

test("maybeOpenContext: a first user that is cancelled while it is made leaves it to the others", async () => {
  await runVirtual(async () => {
    const resource = new Resource();
    await openNursery((nursery) => {
      const impatient = new CancelScope();
      nursery.startSoon(() =>
        impatient.run(() => maybeOpenContext("key", resource.context, () => assert.fail("cancelled")))
      );
      nursery.startSoon(async () => {
        await sleep(1);
        const value = await maybeOpenContext("key", resource.context, (value) => value);
        assert.equal(value, 1);
      });
      nursery.startSoon(() => sleep(5).then(() => impatient.cancel()));
    });
    assert.deepEqual([resource.made, resource.takenDown], [1, 1]);
  });
});

test("maybeOpenContext: if nobody waits for it any more, making it is cancelled, and the next user begins anew", async () => {
  await runVirtual(async (clock) => {
    const resource = new Resource();
    for (let i = 0; i < 3; i++) {
      await moveOnAfter(5, () => maybeOpenContext("key", resource.context, () => assert.fail("too early")));
    }
    assert.deepEqual([resource.made, clock.now()], [0, 15]);
    assert.equal(await maybeOpenContext("key", resource.context, (value) => value), 1);
  });
});

test("maybeOpenContext: an error of making it is raised by all who wait, and the next user begins anew", async () => {
  await runVirtual(async () => {
    const failure = new RangeError("cannot connect");
    let attempts = 0;
    const failing: Context<number> = async () => {
      attempts += 1;
      await sleep(5);
      throw failure;
    };
    await openNursery((nursery) => {
      for (let i = 0; i < 3; i++) {
        nursery.startSoon(async () =>
          assert.equal(await raisedBy(() => maybeOpenContext("key", failing, () => {})), failure)
        );
      }
    });
    assert.equal(attempts, 1);
    assert.equal(await raisedBy(() => maybeOpenContext("key", failing, () => {})), failure);
    assert.equal(attempts, 2);
  });
});

test("maybeOpenContext: an error of taking it down is raised by the last user, beside its own", async () => {
  await runVirtual(async () => {
    const [closing, own] = [new RangeError("closing"), new TypeError("own")];
    const failing: Context<number> = async (use) => {
      await use(1);
      throw closing;
    };
    await openNursery((nursery) => {
      nursery.startSoon(() => maybeOpenContext("key", failing, () => sleep(1)));
      nursery.startSoon(async () =>
        assert.equal(await raisedBy(() => maybeOpenContext("key", failing, () => sleep(5))), closing)
      );
    });
    const group = await errorOf(
      ErrorGroup,
      () => maybeOpenContext("key", failing, () => Promise.reject(own)),
    );
    assert.deepEqual(group.errors, [own, closing]);
    const cancelled = await raisedBy(() =>
      moveOnAfter(5, () => maybeOpenContext("key", failing, sleepForever))
    );
    assert.equal(cancelled, closing);
  });
});

test("maybeOpenContext: if it ends by itself, its users are cancelled and raise its error", async () => {
  await runVirtual(async () => {
    const lost = new RangeError("connection lost");
    const fragile: Context<number> = async (use) => {
      await moveOnAfter(10, () => use(1));
      throw lost;
    };
    await openNursery((nursery) => {
      for (let i = 0; i < 2; i++) {
        nursery.startSoon(async () =>
          assert.equal(await raisedBy(() => maybeOpenContext("key", fragile, sleepForever)), lost)
        );
      }
    });
    const quiet: Context<number> = async (use) => void await moveOnAfter(10, () => use(1));
    await errorOf(BrokenResourceError, () => maybeOpenContext("key", quiet, sleepForever));
  });
});

test("maybeOpenContext: keys are independent of each other, in every phase", async () => {
  await runVirtual(async () => {
    const [slow, quick] = [new Resource(), new Resource()];
    const stuck: Context<number> = async (use) => {
      await use(1);
      await sleep(1_000);
    };
    await openNursery(async (nursery) => {
      const release = new Event();
      nursery.startSoon(() => maybeOpenContext("closing", stuck, () => {}));
      nursery.startSoon(() => maybeOpenContext("open", slow.context, () => release.wait()));
      await waitAllTasksBlocked();
      await maybeOpenContext("other", quick.context, () => {});
      assert.deepEqual([quick.made, quick.takenDown], [1, 1]);
      release.set();
    });
  });
});

test("maybeOpenContext: keys are compared as values, and each run has its own", async () => {
  const resource = new Resource();
  await runVirtual(async () => {
    const key = { of: "object" };
    await maybeOpenContext(key, resource.context, async (outer) => {
      assert.equal(await maybeOpenContext(key, resource.context, (inner) => inner), outer);
      assert.notEqual(await maybeOpenContext({ of: "object" }, resource.context, (inner) => inner), outer);
    });
  });
  await runVirtual(() =>
    maybeOpenContext("key", resource.context, (_, wasOpen) => assert.equal(wasOpen, false))
  );
  assert.deepEqual([resource.made, resource.takenDown], [3, 3]);
});

test("maybeOpenContext: the resource outlives the scope and the nursery of the user that made it", async () => {
  await runVirtual(async () => {
    const resource = new Resource();
    await openNursery(async (nursery) => {
      nursery.startSoon(async () => {
        await sleep(11);
        await maybeOpenContext("key", resource.context, async (value) => {
          await sleep(100);
          assert.deepEqual([value, resource.takenDown], [1, 0]);
        });
      });
      await moveOnAfter(20, () => maybeOpenContext("key", resource.context, sleepForever));
      assert.equal(resource.takenDown, 0);
    });
    assert.equal(resource.takenDown, 1);
  });
});

test("maybeOpenContext: under random cancels nobody is wedged, and no resource is left or shared half-way", async () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = seeded(seed);
    await runVirtual(async () => {
      const resources = new Map(["a", "b"].map((key) => [key, new Resource()]));
      await openNursery((nursery) => {
        for (let i = 0; i < 20; i++) {
          const [at, patience, use] = [random() * 100, random() * 40, random() * 30];
          const [key, resource] = [...resources][i % 2]!;
          nursery.startSoon(async () => {
            await sleep(at);
            await moveOnAfter(patience, () =>
              maybeOpenContext(key, resource.context, async (value) => {
                assert.deepEqual([value, resource.takenDown], [resource.made, resource.made - 1]);
                await sleep(use);
              }));
          });
        }
      });
      for (const { made, takenDown } of resources.values()) assert.equal(made, takenDown, `seed ${seed}`);
    });
  }
});
