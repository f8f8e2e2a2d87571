/** What becomes of jobs that take more than they may. */
import assert from "node:assert/strict";
import { Cancelled } from "../../lib/scope/cancelled.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { CapacityLimiter } from "../../lib/sync/capacity_limiter.ts";
import { Event } from "../../lib/sync/event.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { BrokenWorkerError, JobLimitExceeded } from "../../lib/worker/errors.ts";
import { checkLimits, type JobLimits } from "../../lib/worker/job.ts";
import { type Usage, withinLimits } from "../../lib/worker/limits.ts";
import { mapOn } from "../../lib/worker/map.ts";
import { openWorkerContextOn } from "../../lib/worker/open_worker_context.ts";
import { runSync } from "../../mod.ts";
import { play } from "../actor/play.ts";
import { errorOf, raisedBy } from "../harness/raised.ts";
import { test } from "../harness/test.ts";
import { assertAtRest, job, jobsModule } from "./fake_jobs.ts";
import { JOBS, workerTests } from "./worker_stage.ts";

const JOB = { name: "job", url: "", args: [], isChunk: false, killOnCancel: true };

/** Runs a job in a worker that uses so much at each millisecond; what it is killed with, and when. */
async function watched(
  limits: JobLimits,
  usageAt: (ms: number) => Usage | null,
  jobMs = Infinity,
): Promise<readonly [what: unknown, ms: number]> {
  return await runVirtual(async (clock) => {
    const killed = new Event();
    const job = { ...JOB, limits: checkLimits(limits) };
    const work = async () => {
      if (jobMs < Infinity) {
        await sleep(jobMs);
        return "done";
      }
      await killed.wait();
      throw new BrokenWorkerError("The worker has ended", []);
    };
    const worker = { usage: () => usageAt(clock.now()), kill: () => killed.set(), do: work };
    try {
      return [await withinLimits(worker, job, job.limits!), clock.now()];
    } catch (error) {
      return [error, clock.now()];
    }
  });
}

test("worker: a job that takes too long is ended at that very instant", async () => {
  const [error, ms] = await watched({ wallTime: 1_234 }, () => null);
  assert.ok(error instanceof JobLimitExceeded);
  assert.deepEqual([error.limit, error.allowed, error.used, ms], ["wallTime", 1_234, 1_234, 1_234]);
  assert.equal(error.message, 'The job "job" took more time than it may: 1234 ms, and 1234 are allowed');
});

test("worker: processor time counts from the beginning of the job, and memory as it is", async () => {
  const [cpu, cpuMs] = await watched({ cpuTime: 500 }, (ms) => ({ memory: 1e9, cpuTime: 7_000 + 2 * ms }));
  assert.ok(cpu instanceof JobLimitExceeded);
  assert.deepEqual([cpu.limit, cpu.allowed, cpu.used, cpuMs], ["cpuTime", 500, 600, 300]);
  const [memory, memoryMs] = await watched(
    { memory: 5_000, cpuTime: 1e9 },
    (ms) => ({ memory: 10 * ms, cpuTime: 0 }),
  );
  assert.ok(memory instanceof JobLimitExceeded);
  assert.deepEqual([memory.limit, memory.allowed, memory.used, memoryMs], ["memory", 5_000, 5_500, 550]);
});

test("worker: a job within its limits is none the worse for them, and the smallest of several counts", async () => {
  const usage = () => ({ memory: 10, cpuTime: 10 });
  const limits = { memory: 10, cpuTime: 10, wallTime: 1_000 };
  assert.deepEqual(await watched(limits, usage, 999), ["done", 999]);
  const [error, ms] = await watched(limits, usage);
  assert.ok(error instanceof JobLimitExceeded);
  assert.deepEqual([error.limit, ms], ["wallTime", 1_000]);
  assert.deepEqual(await watched({ memory: 1 }, () => null, 200), ["done", 200]);
});

test("worker: a cancel of a limited job is no limit", async () => {
  await runVirtual(async () => {
    const limits = { wallTime: 100 };
    await openNursery(async (nursery) => {
      nursery.startSoon(async () => {
        const worker = { usage: () => null, kill: () => assert.fail("killed"), do: () => sleepForever() };
        const error = await raisedBy(() => withinLimits(worker, { ...JOB, limits }, limits));
        assert.ok(error instanceof Cancelled);
      });
      await sleep(50);
      nursery.cancelScope.cancel();
    });
  });
});

test("worker: the worker of a job that took too long is gone, and the next job works", async () => {
  const { error, endMs } = await play({
    modules: { jobs: jobsModule },
    startMs: 100,
    latencyMs: 10,
    program: (self, stage) =>
      openWorkerContextOn(self.system, {}, async (context) => {
        const limiter = new CapacityLimiter(1);
        const how = { context, limiter, limits: { wallTime: 500 } };
        for (let i = 0; i < 3; i++) {
          const error = await errorOf(JobLimitExceeded, () => job(self, "work", ["long", 1e9], how));
          assert.equal(error.limit, "wallTime");
          assertAtRest([self, stage], context, limiter, 0);
          assert.equal(await job(self, "count", [], how), 1);
          assertAtRest([self, stage], context, limiter, 1);
        }
        const mapped = await errorOf(JobLimitExceeded, () =>
          mapOn(self.system, true, ["memory:jobs", "slow", [1, 1_000]], () => sleepForever(), how));
        assert.match(mapped.message, /The job "slow"/);
      }),
  });
  assert.equal(error, undefined);
  assert.ok(endMs < 3_500, String(endMs));
});

test("worker: a job is done once or ended, at whatever instant it ends beside its limit", async () => {
  for (let ms = 440; ms <= 520; ms += 5) {
    const { error, said } = await play({
      modules: { jobs: jobsModule },
      latencyMs: 10,
      program: (self, stage) =>
        openWorkerContextOn(self.system, {}, async (context) => {
          const limiter = new CapacityLimiter(1);
          const how = { context, limiter, limits: { wallTime: 500 } };
          const result = await job(self, "work", ["job", ms], how).catch((error: unknown) => error);
          assert.ok(result === "job" || result instanceof JobLimitExceeded, String(result));
          // A reply that was on its way counts; its worker, which is killed, still has the token.
          if (result !== "job") assert.equal(limiter.borrowedTokens, 0);
          assert.equal(await job(self, "count", [], how), 1);
          assertAtRest([self, stage], context, limiter, 1);
        }),
    });
    assert.equal(error, undefined, `${ms}: ${String(error)}`);
    assert.equal(said.filter((line) => line.endsWith("begins")).length, 1);
  }
});

const testOnOne = workerTests();

testOnOne(
  "a real job that takes too much processor time, or memory, is ended",
  async ({ context, living }) => {
    const cases = [["loop", [], { cpuTime: 200 }], ["grow", [], { memory: 400_000_000 }]] as const;
    for (const [call, args, limits] of cases) {
      const error = await errorOf(
        JobLimitExceeded,
        () => runSync(JOBS, call, [...args], { context, limits }),
      );
      assert.equal(error.limit, Object.keys(limits)[0]);
      assert.ok(error.used > error.allowed);
      assert.deepEqual(living(), []);
      assert.equal(await runSync(JOBS, "count", [], { context, limits: { ...limits, wallTime: 60_000 } }), 1);
    }
  },
);
