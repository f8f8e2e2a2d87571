/** What threads are as workers: their hooks, their ends, and what there is not in them. */
import assert from "node:assert/strict";
import {
  BrokenWorkerError,
  CapacityLimiter,
  openNursery,
  openWorkerContext,
  runSync,
  testing,
} from "../../mod.ts";
import { onStage } from "../actor/stage.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";
import { Gate, THREAD_JOBS, withThreadGate } from "./thread_gate.ts";
import { ERRORS, JOBS, workerTests } from "./worker_stage.ts";

const testOnOne = workerTests(["thread"]);
const hook = (name: string, ...args: readonly unknown[]) => ({ module: JOBS, export: name, args });

testOnOne(
  "a thread has no processes of its own, says so, and is none the worse for it",
  async ({ context }) => {
    const there = await runSync(JOBS, "where", [], { context });
    for (let i = 0; i < 2; i++) {
      for (const call of ["jobBelow", "actorBelow"] as const) {
        const error = await errorOf(Error, () => runSync(THREAD_JOBS, call, [], { context }));
        assert.match(error.message, /Cannot start "(worker-\d|below)": a thread has no processes of its own/);
      }
    }
    assert.equal(await runSync(JOBS, "where", [], { context }), there);
  },
);

testOnOne("a thread may have threads of its own", async ({ context }) => {
  const { memory } = new Gate();
  for (const visits of [1, 2]) {
    assert.equal(await runSync(THREAD_JOBS, "threadBelow", [memory], { context }), visits);
  }
});

testOnOne(
  "an error that nobody catches in a thread breaks its job, and ends it alone",
  async ({ context }) => {
    await withThreadGate((gate) =>
      openNursery(async (nursery) => {
        nursery.startSoon(async () => {
          assert.equal(await runSync(THREAD_JOBS, "waitAt", [gate.memory], { context }), 2);
        });
        await gate.reached();
        const error = await errorOf(
          BrokenWorkerError,
          () => runSync(THREAD_JOBS, "failInTimer", ["late"], { context, limiter: new CapacityLimiter(1) }),
        );
        assert.deepEqual(error.status, { how: "exited", code: 1 });
        gate.open(2);
      })
    );
    assert.deepEqual(context.statistics(), { idleWorkers: 1, runningWorkers: 0 });
  },
);

test("worker: an init runs in each thread before its first job, and one that fails is the job's error", () =>
  onStage(async () => {
    for (const name of ["prepare", "prepareLater"]) {
      await openWorkerContext({ workerType: "thread", init: hook(name, "ready") }, async (context) => {
        assert.deepEqual(await runSync(JOBS, "state", [], { context }), ["ready", 0]);
      });
    }
    await openWorkerContext({ workerType: "thread", init: hook("failingInit") }, async (context) => {
      const error = await errorOf(BrokenWorkerError, () => runSync(JOBS, "count", [], { context }));
      assert.match(error.message, /no init/);
      assert.deepEqual(context.statistics(), { idleWorkers: 0, runningWorkers: 0 });
    });
  }));

test("worker: a thread retires when it is told to, and one whose retire fails is named at the end", () =>
  onStage(async () => {
    const retire = hook("shallRetire");
    await openWorkerContext({ workerType: "thread", retire, init: hook("retireAt", 2) }, async (context) => {
      const counts: number[] = [];
      for (let i = 0; i < 5; i++) counts.push(await runSync(JOBS, "count", [], { context }));
      assert.deepEqual(counts, [1, 2, 1, 2, 1]);
    });
    const failing = { workerType: "thread", retire: hook("failingRetire") } as const;
    const error = await errorOf(
      BrokenWorkerError,
      () => openWorkerContext(failing, (context) => runSync(JOBS, "count", [], { context })),
    );
    assert.match(String((error.cause as Error).message), /no retire/);
  }));

test("worker: a thread without a job for long enough ends by itself", () =>
  onStage(() =>
    openWorkerContext({ workerType: "thread", idleTimeout: 0 }, async (context) => {
      for (let i = 0; i < 3; i++) {
        assert.equal(await runSync(JOBS, "count", [], { context }), 1);
        while (context.statistics().idleWorkers > 0) await testing.waitAllTasksBlocked();
      }
    })
  ));

test("worker: the threads of two contexts, and processes beside them, do not know of each other", () =>
  onStage(() =>
    openWorkerContext(
      { workerType: "thread" },
      (one) =>
        openWorkerContext({ workerType: "thread" }, (other) =>
          openWorkerContext({}, async (third) => {
            for (let i = 1; i < 4; i++) {
              const counts = [one, other, third].map((context) => runSync(JOBS, "count", [], { context }));
              assert.deepEqual(await Promise.all(counts), [i, i, i]);
            }
            for (const context of [one, other, third]) {
              await errorOf(RangeError, () => runSync(ERRORS, "throwsRangeError", [], { context }));
              assert.deepEqual(context.statistics(), { idleWorkers: 1, runningWorkers: 0 });
            }
          })),
    )
  ));
