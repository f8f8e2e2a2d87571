import assert from "node:assert/strict";
import { SystemClock } from "../../lib/host/shared/system_clock.ts";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import type { Instrument } from "../../lib/scope/instrument.ts";
import { addInstrument, removeInstrument } from "../../lib/scope/introspection.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { run } from "../../lib/scope/run.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import type { TaskInfo } from "../../lib/scope/task_info.ts";
import { CapacityLimiter } from "../../lib/sync/capacity_limiter.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { raisedBy } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

/** Writes down all that it is told. */
class Recorder implements Required<Instrument> {
  readonly log: string[] = [];

  beforeRun(): void {
    this.log.push("run begins");
  }

  afterRun(): void {
    this.log.push("run ends");
  }

  taskSpawned({ name }: TaskInfo): void {
    this.log.push(`${name} is born`);
  }

  taskBlocked({ name }: TaskInfo, what: string): void {
    this.log.push(`${name} waits: ${what}`);
  }

  taskScheduled({ name }: TaskInfo): void {
    this.log.push(`${name} goes on`);
  }

  taskExited({ name }: TaskInfo, error: unknown): void {
    this.log.push(`${name} is over: ${error instanceof Error ? error.name : error}`);
  }
}

test("instrument: it is told of the run, and of every birth, wait, resumption and end of a task", async () => {
  const recorder = new Recorder();
  await runVirtual(async () => {
    await openNursery((nursery) => nursery.startSoon(() => sleep(5), { name: "worker" }));
    await checkpoint();
  }, { instruments: [recorder] });
  assert.deepEqual(recorder.log, [
    "run begins",
    "worker is born",
    "worker waits: sleep",
    "worker goes on",
    "worker is over: undefined",
    "main waits: checkpoint",
    "main goes on",
    "run ends",
  ]);
});

test("instrument: an end tells the error, be it a cancel", async () => {
  const recorder = new Recorder();
  await raisedBy(() =>
    runVirtual(() =>
      openNursery((nursery) => {
        nursery.startSoon(() => sleepForever(), { name: "cancelled" });
        nursery.startSoon(async () => {
          await sleep(1);
          throw new RangeError();
        }, { name: "failed" });
      }), { instruments: [recorder] })
  );
  const ends = recorder.log.filter((line) => line.includes("is over"));
  assert.deepEqual(ends, ["failed is over: RangeError", "cancelled is over: Cancelled"]);
});

test("instrument: a wait that a cancel ends goes on too, and one that never began is not told of", async () => {
  const recorder = new Recorder();
  await runVirtual(async () => {
    const scope = new CancelScope();
    scope.cancel();
    await scope.run(() => checkpoint());
    const late = new CancelScope();
    await openNursery((nursery) => {
      nursery.startSoon(() => late.run(() => sleepForever()), { name: "late" });
      nursery.startSoon(() => sleep(1).then(() => late.cancel()), { name: "canceller" });
    });
  }, { instruments: [recorder] });
  const ofWaits = recorder.log.filter((line) => line.startsWith("late") || line.startsWith("main"));
  assert.deepEqual(ofWaits, [
    "late is born",
    "late waits: sleep forever",
    "late goes on",
    "late is over: undefined",
  ]);
});

test("instrument: one may be added and removed while the run goes on", async () => {
  const recorder = new Recorder();
  await runVirtual(async () => {
    await checkpoint();
    addInstrument(recorder);
    await sleep(1);
    removeInstrument(recorder);
    await checkpoint();
  });
  assert.deepEqual(recorder.log, ["main waits: sleep", "main goes on"]);
});

test("instrument: outside of run() there is nothing to watch", () => {
  assert.throws(() => addInstrument({}), /inside run\(\)/);
  assert.throws(() => removeInstrument({}), /inside run\(\)/);
});

const HOOKS: readonly (keyof Instrument)[] = [
  "beforeRun",
  "afterRun",
  "taskSpawned",
  "taskBlocked",
  "taskScheduled",
  "taskExited",
];

for (const hook of HOOKS) {
  test(`instrument: one that throws in ${hook} is removed and reported, and breaks nothing`, async () => {
    const failure = new Error(hook);
    const reported: unknown[] = [];
    const recorder = new Recorder();
    let calls = 0;
    const broken: Instrument = {
      [hook]() {
        calls += 1;
        throw failure;
      },
    };
    const value = await run(async () => {
      await openNursery((nursery) => {
        nursery.startSoon(checkpoint);
        nursery.startSoon(checkpoint);
      });
      return "done";
    }, {
      clock: new SystemClock(),
      instruments: [broken, recorder],
      onInstrumentError: (error) => reported.push(error),
    });
    assert.deepEqual([value, calls, reported], ["done", 1, [failure]]);
    assert.equal(recorder.log.at(-1), "run ends");
  });
}

test("instrument: it may look at the parents of tasks", async () => {
  const seen: string[] = [];
  await runVirtual(() =>
    openNursery((outer) => {
      outer.startSoon(() => openNursery((inner) => inner.startSoon(() => {}, { name: "inner" })), {
        name: "outer",
      });
    }), {
    instruments: [{ taskSpawned: (task) => void seen.push(`${task.name} of ${task.parent?.name}`) }],
  });
  assert.deepEqual(seen, ["outer of main", "inner of outer"]);
});

test("instrument: one that cancels a wait as it is told of it leaves nothing behind that waits", async () => {
  await runVirtual(async () => {
    const limiter = new CapacityLimiter(1);
    const scope = new CancelScope();
    await scope.run(async () => {
      const instrument = { taskBlocked: () => scope.cancel() };
      addInstrument(instrument);
      try {
        await limiter.acquireOnBehalfOf("somebody");
      } finally {
        removeInstrument(instrument);
      }
    });
    assert.deepEqual([scope.cancelledCaught, limiter.borrowedTokens, limiter.waiting], [true, 0, 0]);
  });
});
