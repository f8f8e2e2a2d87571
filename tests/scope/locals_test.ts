import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { TaskLocal, TreeLocal } from "../../lib/scope/locals.ts";
import { type Nursery, openNursery } from "../../lib/scope/nursery.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { sleepForever } from "../../lib/scope/sleep.ts";
import { Event } from "../../lib/sync/event.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";

test("locals: a value holds for the block and all that it awaits, and for nothing else", async () => {
  await runVirtual(async () => {
    for (const variable of [new TaskLocal("default"), new TreeLocal("default")]) {
      const seen = [variable.get()];
      await variable.run("outer", async () => {
        await checkpoint();
        seen.push(variable.get());
        variable.run("inner", () => seen.push(variable.get()));
        seen.push(variable.get());
      });
      seen.push(variable.get());
      assert.deepEqual(seen, ["default", "outer", "inner", "outer", "default"]);
    }
  });
});

test("locals: a block gives what its body gives, and throws what it throws", async () => {
  await runVirtual(() => {
    const variable = new TaskLocal(0);
    assert.equal(variable.run(1, () => "value"), "value");
    assert.throws(() =>
      variable.run(1, () => {
        throw new RangeError();
      }), RangeError);
    assert.equal(variable.get(), 0);
  });
});

test("locals: undefined and null are values, not the lack of one", async () => {
  await runVirtual(() => {
    const variable = new TaskLocal<string | null | undefined>("default");
    assert.equal(variable.run(undefined, () => variable.get()), undefined);
    assert.equal(variable.run(null, () => variable.get()), null);
  });
});

test("locals: outside of run() there are none, and the error says so", () => {
  assert.throws(() => new TaskLocal(1).get(), /inside run\(\)/);
  assert.throws(() => new TreeLocal(1).run(2, () => {}), /inside run\(\)/);
});

test("task local: a task has the values of whoever starts it", async () => {
  await runVirtual(async () => {
    const variable = new TaskLocal("none");
    const seen: string[] = [];
    await variable.run("nursery", () =>
      openNursery((nursery) => {
        variable.run("starter", () => nursery.startSoon(() => seen.push(variable.get())));
      }));
    assert.deepEqual(seen, ["starter"]);
  });
});

test("tree local: a task has the values of its nursery, whoever starts it", async () => {
  await runVirtual(async () => {
    const variable = new TreeLocal("none");
    const seen: string[] = [];
    await variable.run("nursery", () =>
      openNursery((nursery) => {
        variable.run("starter", () => nursery.startSoon(() => seen.push(variable.get())));
      }));
    assert.deepEqual(seen, ["nursery"]);
  });
});

test("locals: a task that was handed over has kept the values of the caller and of the nursery that it is in", async () => {
  await runVirtual(async () => {
    const byTask = new TaskLocal("none");
    const byTree = new TreeLocal("none");
    const seen: string[] = [];
    await openNursery(async (outer) => {
      const open = new Event();
      let target: Nursery | undefined;
      outer.startSoon(() =>
        byTree.run("nursery", () =>
          byTask.run("nursery", () =>
            openNursery(async (nursery) => {
              target = nursery;
              open.set();
              await sleepForever();
            })))
      );
      await open.wait();
      const start = () =>
        target!.start(async (status) => {
          seen.push(byTask.get(), byTree.get());
          status.started();
          await checkpoint();
          seen.push(byTask.get(), byTree.get());
          target!.cancelScope.cancel();
        });
      await byTree.run("caller", () => byTask.run("caller", start));
    });
    assert.deepEqual(seen, ["caller", "nursery", "caller", "nursery"]);
  });
});

test("locals: several variables do not mix, in tasks of tasks neither", async () => {
  await runVirtual(async () => {
    const [a, b, c] = [new TaskLocal("a"), new TreeLocal("b"), new TaskLocal("c")];
    const seen: string[] = [];
    const nest = () =>
      openNursery((nursery) => {
        b.run("b1", () =>
          c.run("c1", () =>
            nursery.startSoon(() => {
              seen.push(a.get(), b.get(), c.get());
            })));
      });
    await a.run("a1", () => openNursery((nursery) => b.run("b0", () => nursery.startSoon(nest))));
    assert.deepEqual(seen, ["a1", "b", "c1"]);
  });
});

test("locals: a change in one task shows in no other", async () => {
  await runVirtual(async () => {
    const variable = new TaskLocal(0);
    const seen: number[] = [];
    await openNursery((nursery) => {
      for (let i = 1; i <= 3; i++) {
        nursery.startSoon(() =>
          variable.run(i, async () => {
            await checkpoint();
            seen.push(variable.get());
          })
        );
      }
    });
    assert.deepEqual(seen.toSorted(), [1, 2, 3]);
  });
});

test("locals: what foreign code enters into the context stays in the task that called it", async () => {
  const theirs = new AsyncLocalStorage<string>();
  await runVirtual(() =>
    openNursery((nursery) => {
      for (let i = 0; i < 3; i++) {
        nursery.startSoon(() => {
          assert.equal(theirs.getStore(), undefined);
          theirs.enterWith("entered");
        });
      }
    })
  );
});
