/** Cancels of jobs at every step of them, and at every instant. */
import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { addInstrument } from "../../lib/scope/introspection.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { CapacityLimiter } from "../../lib/sync/capacity_limiter.ts";
import { openWorkerContextOn } from "../../lib/worker/open_worker_context.ts";
import { test } from "../harness/test.ts";
import type { Self } from "../actor/fake_actors.ts";
import { play, type Stage } from "../actor/play.ts";
import { assertAtRest, job, jobsModule } from "./fake_jobs.ts";

const START_MS = 100;
const LATENCY_MS = 10;
/** So soon after a step of the scheduler a cancel may come. */
const MICROTASKS = 6;
/** Goes in several parts, both ways. */
const LARGE = new Uint8Array(3_000_000);

interface Attempt {
  /** Whether a worker is there before the job. */
  readonly isWarm: boolean;
  /** What cancels the scope, at some moment. */
  readonly cancel: (scope: CancelScope) => Promise<void>;
}

/** A job that is cancelled with its worker at some moment. @returns Whether it came to its end before. */
async function attempt(self: Self, stage: Stage, { isWarm, cancel }: Attempt): Promise<boolean> {
  return await openWorkerContextOn(self.system, {}, async (context) => {
    const limiter = new CapacityLimiter(1);
    const how = { context, limiter, killOnCancel: true };
    if (isWarm) await job(self, "count", [], how);
    const scope = new CancelScope();
    let result: unknown = null;
    await openNursery(async (nursery) => {
      nursery.startSoon(() => cancel(scope));
      await scope.run(async () => {
        result = await job(self, "echo", [LARGE], how);
      });
      nursery.cancelScope.cancel();
    });
    assert.equal(scope.cancelledCaught, result === null);
    const idle = context.statistics().idleWorkers;
    assertAtRest([self, stage], context, limiter, idle);
    // One that was cancelled before anything was sent has not taken the worker along.
    if (!isWarm) assert.equal(idle, result === null ? 0 : 1);
    assert.equal(await job(self, "echo", ["next"], how), "next");
    assertAtRest([self, stage], context, limiter, 1);
    return result !== null;
  });
}

/** Attempts with the cancel at 0, 1, 2 and so on, until the job is over before. */
async function attemptAll(isWarm: boolean, cancelAt: (n: number) => Attempt["cancel"]): Promise<number> {
  for (let n = 0;; n++) {
    const { value, error } = await play({
      modules: { jobs: jobsModule },
      startMs: START_MS,
      latencyMs: LATENCY_MS,
      program: (self, stage) => attempt(self, stage, { isWarm, cancel: cancelAt(n) }),
    });
    if (error !== undefined) throw new Error(`cancelled at ${n}`, { cause: error });
    if (value === true) return n;
  }
}

for (const isWarm of [false, true]) {
  const which = isWarm ? "a worker that is there" : "a new worker";
  test(`worker: a cancel at any instant of a job kills ${which}, and leaves nothing`, async () => {
    const instants = await attemptAll(isWarm, (n) => async (scope) => {
      await sleep(n * LATENCY_MS / 2);
      scope.cancel();
    });
    assert.ok(instants > (isWarm ? 4 : 10), String(instants));
  });

  test(`worker: a cancel at any step of the scheduler in a job kills ${which}, and leaves nothing`, async () => {
    const steps = await attemptAll(isWarm, (n) => async (scope) => {
      let left = Math.floor(n / MICROTASKS);
      const step = async () => {
        if (left-- !== 0) return;
        for (let i = 0; i <= n % MICROTASKS; i++) await null;
        scope.cancel();
      };
      addInstrument({ taskBlocked: () => void step(), taskScheduled: () => void step() });
      await sleep(1_000_000);
    });
    assert.ok(steps > MICROTASKS * (isWarm ? 3 : 15), String(steps));
  });
}
