import assert from "node:assert/strict";
import { SystemClock } from "../../lib/host/shared/system_clock.ts";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { Cancelled } from "../../lib/scope/cancelled.ts";
import { ErrorGroup } from "../../lib/scope/error_group.ts";
import { Interrupted } from "../../lib/scope/interrupted.ts";
import { currentTask } from "../../lib/scope/introspection.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { checkpoint, type Parked, parkShielded } from "../../lib/scope/park.ts";
import { run, type RunControl, type RunOptions } from "../../lib/scope/run.ts";
import { sleepForever } from "../../lib/scope/sleep.ts";
import { renderTasks } from "../../lib/scope/task_tree.ts";
import { maybeOpenContext } from "../../lib/sync/maybe_open_context.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf, raisedBy } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

/** Runs with what governs the run from outside. */
function runWith<T>(
  main: (control: RunControl) => Promise<T>,
  options: Partial<RunOptions> = {},
): Promise<T> {
  let control: RunControl | undefined;
  return run(() => main(control!), {
    clock: new SystemClock(),
    ...options,
    onStart: (given) => control = given,
  });
}

const shielded = <T>(body: () => Promise<T>) => new CancelScope({ shield: true }).run(body);

test("run: it returns what main returns, and throws what main throws", async () => {
  const options = { clock: new SystemClock() };
  assert.equal(await run(() => 5, options), 5);
  assert.equal(await run(() => Promise.resolve(undefined), options), undefined);
  const error = new RangeError("real");
  assert.equal(await raisedBy(() => run(() => Promise.reject(error), options)), error);
});

test("run: the root task is called main, or as it is told", async () => {
  const nameOf = (options: Partial<RunOptions>) => runWith(async () => await currentTask().name, options);
  assert.deepEqual([await nameOf({}), await nameOf({ name: "server" })], ["main", "server"]);
  assert.equal(await runWith(async () => await currentTask().parent), null);
});

test("run: inside of a run it is an error, and the outer run goes on", async () => {
  await runWith(async () => {
    const error = await errorOf(TypeError, () => run(() => {}, { clock: new SystemClock() }));
    assert.match(error.message, /inside of a run/);
    await checkpoint();
  });
});

test("run: two runs beside each other share nothing", async () => {
  const stopped: string[] = [];
  const one = (name: string) =>
    runWith(async (control) => {
      if (name === "a") control.interrupt();
      await checkpoint();
      stopped.push(`${name} went on`);
    });
  assert.ok(await raisedBy(() => Promise.all([one("a"), one("b")])) instanceof Interrupted);
  await checkpointOfEventLoop();
  assert.deepEqual(stopped, ["b went on"]);
});

function checkpointOfEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test("run: an interrupt cancels everything, and is raised after the cleanup", async () => {
  const steps: string[] = [];
  const error = await errorOf(Interrupted, () =>
    runWith(async (control) => {
      try {
        await openNursery(async (nursery) => {
          nursery.startSoon(async () => {
            const cancelled = await errorOf(Cancelled, sleepForever);
            steps.push(`task: ${cancelled.source}`);
            await shielded(checkpoint);
            steps.push("cleaned up");
            throw cancelled;
          });
          await waitAllTasksBlocked();
          control.interrupt();
          await sleepForever();
        });
      } finally {
        steps.push("main");
      }
    }));
  assert.deepEqual(steps, ["task: interrupt", "cleaned up", "main"]);
  assert.equal(error.cause, undefined);
});

test("run: what the cleanup fails with is the cause of the interrupt", async () => {
  const failure = new RangeError("cleanup");
  const error = await errorOf(Interrupted, () =>
    runWith(async (control) => {
      control.interrupt();
      await checkpoint().catch(() => {
        throw failure;
      });
    }));
  assert.equal(error.cause, failure);
});

test("run: an interrupt that nobody notices is raised all the same", async () => {
  await errorOf(Interrupted, () =>
    runWith((control) => {
      control.interrupt();
      return Promise.resolve("done");
    }));
});

test("run: force makes shields count no more, those of the future included", async () => {
  const steps: string[] = [];
  await errorOf(Interrupted, () =>
    runWith(async (control) => {
      try {
        await shielded(async () => {
          control.interrupt();
          await checkpoint();
          steps.push("behind the shield");
          control.force();
          await checkpoint();
          steps.push("never");
        });
      } finally {
        await shielded(checkpoint).catch(() => steps.push("cut short"));
      }
    }));
  assert.deepEqual(steps, ["behind the shield", "cut short"]);
});

test("run: force without a cancel changes nothing", async () => {
  await runWith(async (control) => {
    control.force();
    await shielded(checkpoint);
    await checkpoint();
  });
});

test("run: force wakes whoever waits behind a shield", async () => {
  await errorOf(Interrupted, () =>
    runWith(async (control) => {
      await openNursery(async (nursery) => {
        nursery.startSoon(() => shielded(() => shielded(sleepForever)));
        await waitAllTasksBlocked();
        control.interrupt();
        control.force();
      });
    }));
});

test("run: a wait that has a shield of its own is ended by force, and by no other cancel", async () => {
  let ends = 0;
  const wait = (arm: (parked: Parked<void>) => void) =>
    parkShielded<void>("shielded", arm).finally(() => ends += 1);
  await errorOf(Interrupted, () =>
    runWith(async (control) => {
      await openNursery(async (nursery) => {
        let first: Parked<void> | null = null;
        nursery.startSoon(() => wait((parked) => first = parked), { name: "first" });
        nursery.startSoon(() => wait(() => {}), { name: "second" });
        await waitAllTasksBlocked();
        assert.match(renderTasks(control.tasks()), /first.*\n.*waits: shielded/);
        control.interrupt();
        await waitAllTasksBlocked().catch(() => {});
        assert.equal(ends, 0);
        first!.wake();
        await shielded(waitAllTasksBlocked);
        assert.equal(ends, 1);
        control.force();
        assert.equal(await raisedBy(() => wait(() => {})) instanceof Cancelled, true);
      });
    }));
  assert.equal(ends, 3);
});

test("run: the tasks can be listed from outside at any time", async () => {
  await runWith(async (control) => {
    await openNursery(async (nursery) => {
      nursery.startSoon(sleepForever, { name: "worker" });
      await waitAllTasksBlocked();
      assert.equal(renderTasks(control.tasks()), "main\n  worker (waits: sleep forever)");
      nursery.cancelScope.cancel();
    });
  });
});

test("run: what main leaves of a shared resource is no error, and an error of main is not lost with it", async () => {
  const failure = new RangeError("main");
  const closing = new TypeError("closing");
  const context = async (use: (value: number) => Promise<void>) => {
    await use(1);
    throw closing;
  };
  const error = await raisedBy(() =>
    runVirtual(() => maybeOpenContext("key", context, () => Promise.reject(failure)))
  );
  assert.ok(error instanceof ErrorGroup);
  assert.deepEqual(error.errors, [failure, closing]);
});
