/** Hooks that fail, and the ends of contexts, at exact instants. */
import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { ClosedResourceError } from "../../lib/sync/channel_errors.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { CapacityLimiter } from "../../lib/sync/capacity_limiter.ts";
import { BrokenWorkerError } from "../../lib/worker/errors.ts";
import { openWorkerContextOn } from "../../lib/worker/open_worker_context.ts";
import type { WorkerContext } from "../../lib/worker/worker_context.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";
import { play } from "../actor/play.ts";
import { job, jobsModule, playJobs, workersOf } from "./fake_jobs.ts";

const hook = (name: string, ...args: readonly unknown[]) => ({ module: "memory:jobs", export: name, args });

test("worker: a retire that fails is an error of the context at its end, and the next job has another worker", async () => {
  const { error, value } = await playJobs({ retire: hook("failingRetire") }, async ({ self, context }) => {
    for (let i = 0; i < 2; i++) {
      assert.equal(await job(self, "count", [], { context }), 1);
      await sleep(1_000);
      assert.deepEqual(context.statistics(), { idleWorkers: 0, runningWorkers: 0 });
    }
  });
  assert.equal(value, undefined);
  assert.ok(error instanceof BrokenWorkerError);
  assert.deepEqual(error.workers.map(({ name }) => name), ["worker-1", "worker-2"]);
  assert.match(String((error.cause as Error).message), /no retire/);
});

test("worker: a job that is sent while a retire fails is broken, or done by another one, and then no error is left", async () => {
  let broken = 0;
  for (let pause = 0; pause <= 60; pause += 5) {
    const { error } = await playJobs({ retire: hook("failingRetire", 30) }, async ({ self, context }) => {
      await job(self, "count", [], { context });
      await sleep(pause);
      assert.equal(await job(self, "count", [], { context }), 1);
    }, 10);
    assert.ok(error instanceof BrokenWorkerError, String(error));
    if (error.message.includes("of the job")) broken += 1;
    else assert.equal(error.workers.length, 2);
    assert.match(String((error.cause as Error).message), /no retire/);
  }
  assert.ok(broken > 3 && broken < 10, String(broken));
});

test("worker: an init that fails fails the job, and the next one tries again", async () => {
  const { error } = await playJobs({ init: hook("failingInit") }, async ({ self, context }) => {
    for (const name of ["worker-1", "worker-2"]) {
      const error = await errorOf(BrokenWorkerError, () => job(self, "count", [], { context }));
      assert.match(error.message, new RegExp(`no init.*${name}`, "s"));
      assert.deepEqual(context.statistics(), { idleWorkers: 0, runningWorkers: 0 });
    }
  });
  assert.equal(error, undefined);
});

test("worker: a cancel in the middle of an init without a pause kills it", async () => {
  const { endMs, error } = await playJobs({ init: hook("init", 1e9) }, async ({ self, stage, context }) => {
    const scope = new CancelScope();
    await openNursery(async (nursery) => {
      nursery.startSoon(() => scope.run(() => job(self, "count", [], { context, killOnCancel: true })));
      await sleep(500);
      scope.cancel();
    });
    assert.equal(scope.cancelledCaught, true);
    assert.deepEqual(workersOf(self, stage), []);
  });
  assert.deepEqual([error, endMs], [undefined, 500]);
});

test("worker: a context waits for its jobs whatever is cancelled, and takes no more", async () => {
  const { value, endMs, error } = await play({
    modules: { jobs: jobsModule },
    startMs: 100,
    program: async (self) => {
      const results: unknown[] = [];
      let closed: WorkerContext | null = null;
      await openNursery(async (nursery) => {
        const scope = new CancelScope();
        nursery.startSoon(() =>
          scope.run(() =>
            openWorkerContextOn(self.system, {}, async (context) => {
              closed = context;
              nursery.startSoon(async () => {
                results.push(await job(self, "work", ["long", 5_000], { context }));
              });
              await sleep(200);
            })
          )
        );
        await sleep(300);
        scope.cancel();
        await sleep(100);
        await errorOf(ClosedResourceError, () => job(self, "count", [], { context: closed! }));
      });
      await errorOf(ClosedResourceError, () => job(self, "count", [], { context: closed! }));
      return results;
    },
  });
  assert.deepEqual([error, value, endMs], [undefined, ["long"], 5_100]);
});

test("worker: those that do not end in time are killed at that instant, and named", async () => {
  for (const gracePeriod of [0, 700]) {
    const { error, endMs } = await playJobs(
      { gracePeriod, retire: hook("stuckIfAsked") },
      async ({ self, context }) => {
        const limiter = new CapacityLimiter(5);
        await openNursery((nursery) => {
          for (let i = 0; i < 3; i++) {
            nursery.startSoon(async () => {
              await job(self, "rest", ["rest", 100], { context, limiter });
              if (i < 2) await job(self, "hangAtEnd", [], { context, limiter });
            });
          }
        });
      },
    );
    assert.equal(endMs, 200 + gracePeriod);
    assert.ok(error instanceof BrokenWorkerError, String(error));
    assert.equal(error.workers.length, gracePeriod === 0 ? 3 : 2);
    assert.deepEqual(error.status, { how: "signalled", signal: "SIGKILL" });
  }
});

test("worker: with an infinite grace time a context waits for as long as a worker takes to end", async () => {
  const { error, endMs } = await playJobs(
    { gracePeriod: Infinity, retire: hook("init", 1e6) },
    ({ self, context }) => job(self, "count", [], { context }),
  );
  assert.deepEqual([error, endMs], [undefined, 1_000_100]);
});
