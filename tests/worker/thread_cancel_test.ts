/** Threads that compute or block when they are to end: on Bun they do, on Deno they are left behind. */
import assert from "node:assert/strict";
import {
  BrokenWorkerError,
  CancelScope,
  CapacityLimiter,
  JobLimitExceeded,
  openNursery,
  openWorkerContext,
  runSync,
  testing,
  type WorkerContext,
} from "../../mod.ts";
import { openSystem } from "../../lib/api/system.ts";
import { onStage } from "../actor/stage.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";
import { type Gate, THREAD_JOBS, withThreadGate } from "./thread_gate.ts";
import { JOBS } from "./worker_stage.ts";

const { host } = await openSystem();
/** Tokens that a thread still holds which was to end in the middle of a computation. */
const HELD = host.threads.interrupts ? 0 : 1;
const NONE = { idleWorkers: 0, runningWorkers: 0 };
const HOOK = { module: THREAD_JOBS };

/** Cancels what runs a job, once that has come to the gate; the gate stays closed. */
async function cancelAt(gate: Gate, work: () => Promise<unknown>): Promise<void> {
  const scope = new CancelScope();
  await openNursery(async (nursery) => {
    nursery.startSoon(() => scope.run(work));
    await gate.reached();
    scope.cancel();
  });
  assert.equal(scope.cancelledCaught, true);
}

async function givenBack(limiter: CapacityLimiter): Promise<void> {
  while (limiter.borrowedTokens > 0) await testing.waitAllTasksBlocked();
}

test("worker: a cancel ends a thread that computes, or leaves it behind with its token until it ends", () =>
  onStage(() =>
    openWorkerContext({ workerType: "thread" }, (context) =>
      withThreadGate(async (gate) => {
        const limiter = new CapacityLimiter(2);
        const how = { context, limiter };
        const work = { ...how, killOnCancel: true };
        await cancelAt(gate, () => runSync(THREAD_JOBS, "computeAt", [gate.memory], work));
        assert.deepEqual([limiter.borrowedTokens, context.statistics()], [HELD, NONE]);
        assert.equal(await runSync(JOBS, "count", [], how), 1);
        assert.equal(limiter.borrowedTokens, HELD);
        gate.open();
        await givenBack(limiter);
        assert.equal(await runSync(JOBS, "count", [], how), 2);
      }))
  ));

test("worker: a thread that was left behind ends by process.exit, too", () =>
  onStage(() =>
    openWorkerContext({ workerType: "thread" }, (context) =>
      withThreadGate(async (gate) => {
        const limiter = new CapacityLimiter(1);
        const how = { context, limiter, killOnCancel: true };
        await cancelAt(gate, () => runSync(THREAD_JOBS, "exitAt", [gate.memory], how));
        assert.equal(limiter.borrowedTokens, HELD);
        gate.open();
        await givenBack(limiter);
      }))
  ));

test("worker: a cancel in the init of a thread leaves it behind with its token, too", () =>
  onStage(() =>
    withThreadGate((gate) =>
      openWorkerContext({
        workerType: "thread",
        init: { ...HOOK, export: "waitAt", args: [gate.memory] },
      }, async (context) => {
        const limiter = new CapacityLimiter(1);
        const how = { context, limiter };
        await cancelAt(gate, () => runSync(JOBS, "count", [], { ...how, killOnCancel: true }));
        assert.deepEqual([limiter.borrowedTokens, context.statistics()], [HELD, NONE]);
        gate.open();
        await givenBack(limiter);
        assert.equal(await runSync(JOBS, "count", [], how), 1);
      })
    )
  ));

test("worker: a cancel without killOnCancel waits for a thread that computes", () =>
  onStage(() =>
    openWorkerContext({ workerType: "thread" }, (context) =>
      withThreadGate(async (gate) => {
        const scope = new CancelScope();
        let result: unknown;
        await openNursery(async (nursery) => {
          nursery.startSoon(() =>
            scope.run(async () => {
              result = await runSync(THREAD_JOBS, "computeAt", [gate.memory], { context });
            })
          );
          await gate.reached();
          scope.cancel();
          await testing.waitAllTasksBlocked();
          assert.deepEqual(context.statistics(), { idleWorkers: 0, runningWorkers: 1 });
          gate.open(3);
        });
        assert.deepEqual([result, scope.cancelledCaught], [3, false]);
      }))
  ));

test("worker: a context, and a run, end without a thread that was left behind", () =>
  withThreadGate(async (gate) => {
    const limiter = new CapacityLimiter(1);
    await onStage(async () => {
      await openWorkerContext({ workerType: "thread" }, (context) => {
        const how = { context, limiter, killOnCancel: true };
        return cancelAt(gate, () => runSync(THREAD_JOBS, "computeAt", [gate.memory], how));
      });
    });
    assert.equal(limiter.borrowedTokens, HELD);
    gate.open();
    await onStage(() => givenBack(limiter));
  }));

test("worker: a thread whose job takes too long is ended, or left behind with its token", () =>
  onStage(() =>
    openWorkerContext({ workerType: "thread" }, (context) =>
      withThreadGate(async (gate) => {
        const limiter = new CapacityLimiter(1);
        const how = { context, limiter };
        const error = await errorOf(
          JobLimitExceeded,
          () => runSync(THREAD_JOBS, "computeAt", [gate.memory], { ...how, limits: { wallTime: 50 } }),
        );
        assert.equal(error.limit, "wallTime");
        assert.deepEqual([limiter.borrowedTokens, context.statistics()], [HELD, NONE]);
        gate.open();
        await givenBack(limiter);
        assert.equal(await runSync(JOBS, "count", [], { ...how, limits: { wallTime: 60_000 } }), 1);
        for (const limits of [{ memory: 1e9 }, { cpuTime: 1_000, wallTime: 5 }]) {
          const refusal = await errorOf(RangeError, () => runSync(JOBS, "count", [], { ...how, limits }));
          assert.match(refusal.message, /memory and cpuTime can be limited in processes, not in threads/);
        }
        assert.deepEqual([limiter.borrowedTokens, context.statistics()], [0, { ...NONE, idleWorkers: 1 }]);
      }))
  ));

/** The error of a context whose thread is busy at the end, after its job. */
async function stuckAtEnd(gate: Gate, gracePeriod: number): Promise<BrokenWorkerError> {
  const retire = { ...HOOK, export: "computeAt", args: [gate.memory] };
  const body = async (context: WorkerContext) => {
    await runSync(JOBS, "count", [], { context });
    await gate.reached();
  };
  return await errorOf(
    BrokenWorkerError,
    () => openWorkerContext({ workerType: "thread", gracePeriod, retire }, body),
  );
}

test("worker: a thread that is stuck when its context ends is killed, or given up, and named", () =>
  onStage(async () => {
    const error = await withThreadGate((gate) => stuckAtEnd(gate, 50));
    assert.deepEqual(error.status, { how: "signalled", signal: "SIGKILL" });
    assert.match(error.message, /^Workers have not ended well: worker-1/);
  }));
