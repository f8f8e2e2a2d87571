/** Cancels of jobs in real workers, at every stage of them. */
import assert from "node:assert/strict";
import process from "node:process";
import {
  Cancelled,
  CancelScope,
  CapacityLimiter,
  checkpoint,
  openNursery,
  openWorkerContext,
  runSync,
  testing,
  type WorkerContextOptions,
} from "../../mod.ts";
import { raisedBy } from "../harness/raised.ts";
import { onStage } from "../actor/stage.ts";
import {
  eachType,
  JOBS,
  PROCESSES,
  runsIn,
  type Scene,
  TYPES,
  withGate,
  workerTests,
} from "./worker_stage.ts";

const testOnOne = workerTests(TYPES);

testOnOne("in a scope that is cancelled already nothing is started", async ({ context, notes }) => {
  const before = context.statistics();
  const scope = new CancelScope();
  scope.cancel();
  await scope.run(() => runSync(JOBS, "mark", ["ran"], { context }));
  assert.equal(scope.cancelledCaught, true);
  assert.deepEqual(context.statistics(), before);
  await runSync(JOBS, "mark", ["next"], { context });
  assert.deepEqual(notes(), ["next"]);
  assert.deepEqual(context.statistics(), { idleWorkers: 1, runningWorkers: 0 });
});

testOnOne("a job is a checkpoint, also one that is refused", async ({ context }) => {
  const scope = new CancelScope();
  scope.cancel();
  await scope.run(() => runSync((() => 1) as unknown as typeof JOBS, "count", [], { context }));
  assert.equal(scope.cancelledCaught, true);
});

testOnOne(
  "a cancel waits for the job, whose result is returned; the next checkpoint raises it",
  async ({ context, ...stage }) => {
    await withGate(async (gate) => {
      const scope = new CancelScope();
      let result: unknown;
      await openNursery(async (nursery) => {
        nursery.startSoon(() =>
          scope.run(async () => {
            result = await runSync(JOBS, "atGate", ["job", gate.path], { context });
            assert.ok(await raisedBy(() => checkpoint()) instanceof Cancelled);
          })
        );
        await runsIn(stage, "job");
        scope.cancel();
        await testing.waitAllTasksBlocked();
        assert.deepEqual(context.statistics(), { idleWorkers: 0, runningWorkers: 1 });
        gate.open();
      });
      assert.deepEqual([result, scope.cancelledCaught], ["job", false]);
      assert.deepEqual(stage.notes().slice(1), ["job runs", "job ends"]);
    });
  },
);

testOnOne(
  "a cancel kills the worker of a job without an end, if it is to, and waits until it is gone",
  async ({ context, ...stage }) => {
    for (const call of ["loop", "hang"] as const) {
      const limiter = new CapacityLimiter(1);
      await openNursery(async (nursery) => {
        nursery.startSoon(async () => {
          await runSync(JOBS, call, [call], { context, limiter, killOnCancel: true });
        });
        const pid = await runsIn(stage, call);
        assert.deepEqual([stage.living(), limiter.borrowedTokens], [[pid], 1]);
        nursery.cancelScope.cancel();
      });
      assert.deepEqual([stage.living(), limiter.borrowedTokens], [[], 0]);
      assert.deepEqual(context.statistics(), { idleWorkers: 0, runningWorkers: 0 });
      assert.equal(await runSync(JOBS, "count", [], { context, limiter }), 1);
    }
  },
  PROCESSES,
);

testOnOne(
  "a cancel ends the worker of a job that only waits, if it is to, and waits until it is gone",
  async ({ context, ...stage }) => {
    const limiter = new CapacityLimiter(1);
    for (let i = 0; i < 3; i++) {
      await openNursery(async (nursery) => {
        nursery.startSoon(async () => {
          await runSync(JOBS, "hang", ["hang"], { context, limiter, killOnCancel: true });
        });
        await stage.fromNow().noted("hang runs");
        assert.equal(limiter.borrowedTokens, 1);
        nursery.cancelScope.cancel();
      });
      assert.equal(limiter.borrowedTokens, 0);
      assert.deepEqual(context.statistics(), { idleWorkers: 0, runningWorkers: 0 });
    }
    assert.equal(await runSync(JOBS, "count", [], { context, limiter }), 1);
  },
);

testOnOne(
  "what a job has started itself is gone with its worker",
  async ({ context, noted, notes, living }) => {
    await openNursery(async (nursery) => {
      nursery.startSoon(() => runSync(JOBS, "spawnAndLoop", [], { context, killOnCancel: true }));
      await noted("loop runs");
      const child = Number(notes().find((line) => line.startsWith("spawned"))!.split(" ")[1]);
      assert.ok(living().includes(child) && living().length === 2);
      nursery.cancelScope.cancel();
    });
    assert.deepEqual(living(), []);
  },
  PROCESSES,
);

testOnOne(
  "a cancel while a large argument is sent to a worker that does not read kills it",
  async ({ context, living }) => {
    const pid = await runSync(JOBS, "pid", [], { context });
    process.kill(pid, "SIGSTOP");
    await openNursery(async (nursery) => {
      nursery.startSoon(() =>
        runSync(JOBS, "echo", [new Uint8Array(30_000_000)], { context, killOnCancel: true })
      );
      await testing.waitAllTasksBlocked();
      assert.deepEqual(context.statistics(), { idleWorkers: 0, runningWorkers: 1 });
      nursery.cancelScope.cancel();
    });
    assert.deepEqual(living(), []);
  },
  PROCESSES,
);

testOnOne(
  "a cancel while a large result comes kills the worker, or has come too late",
  async ({ context, ...stage }) => {
    for (let i = 0; i < 3; i++) {
      const scope = new CancelScope();
      let length = 0;
      await openNursery(async (nursery) => {
        nursery.startSoon(() =>
          scope.run(async () => {
            length = (await runSync(JOBS, "bytes", [30_000_000], { context, killOnCancel: true })).length;
          })
        );
        await stage.fromNow().noted("bytes");
        scope.cancel();
      });
      assert.equal(length, scope.cancelledCaught ? 0 : 30_000_000);
      assert.deepEqual(context.statistics(), {
        idleWorkers: scope.cancelledCaught ? 0 : 1,
        runningWorkers: 0,
      });
    }
  },
);

/** Cancels a job whose worker does not come to be ready, once it has begun to. */
async function cancelInInit(options: WorkerContextOptions, stage: Pick<Scene, "noted" | "notes" | "living">) {
  await openWorkerContext(options, async (context) => {
    const limiter = new CapacityLimiter(1);
    await openNursery(async (nursery) => {
      nursery.startSoon(() => runSync(JOBS, "count", [], { context, limiter, killOnCancel: true }));
      const pid = await runsIn(stage, "init");
      assert.deepEqual(stage.living(), [pid]);
      assert.deepEqual(context.statistics(), { idleWorkers: 0, runningWorkers: 1 });
      nursery.cancelScope.cancel();
    });
    assert.deepEqual([stage.living(), limiter.borrowedTokens], [[], 0]);
    assert.deepEqual(context.statistics(), { idleWorkers: 0, runningWorkers: 0 });
  });
}

eachType(
  "a cancel in the middle of an init kills the worker",
  (workerType) =>
    onStage((stage) => cancelInInit({ workerType, init: { module: JOBS, export: "loopingInit" } }, stage)),
);

eachType(
  "a cancel right after the start of one kills it",
  (workerType) =>
    onStage(({ living }) =>
      openWorkerContext({ workerType }, async (context) => {
        const isThere = {
          process: () => living().length > 0,
          thread: () => context.statistics().runningWorkers > 0,
        };
        for (const turns of [0, 1, 5, 20]) {
          await openNursery(async (nursery) => {
            // One that ended in time would leave an idle worker.
            nursery.startSoon(() => runSync(JOBS, "loop", [], { context, killOnCancel: true }));
            while (!isThere[workerType]()) await testing.waitAllTasksBlocked();
            for (let i = 0; i < turns; i++) await testing.waitAllTasksBlocked();
            nursery.cancelScope.cancel();
          });
          assert.deepEqual([living(), context.statistics()], [[], { idleWorkers: 0, runningWorkers: 0 }]);
        }
      })
    ),
  TYPES,
);

eachType(
  "a cancel that is not to kill waits for a start, too",
  (workerType) =>
    onStage((stage) =>
      withGate((gate) =>
        openWorkerContext(
          { workerType, init: { module: JOBS, export: "gatedInit", args: [gate.path] } },
          async (context) => {
            const scope = new CancelScope();
            let result: unknown;
            await openNursery(async (nursery) => {
              nursery.startSoon(() =>
                scope.run(async () => {
                  result = await runSync(JOBS, "count", [], { context });
                })
              );
              await runsIn(stage, "init");
              scope.cancel();
              gate.open();
            });
            assert.deepEqual([result, scope.cancelledCaught], [1, false]);
          },
        )
      )
    ),
  TYPES,
);
