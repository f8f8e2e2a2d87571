/** Contexts that close while something else happens to their workers, at exact instants. */
import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { CapacityLimiter } from "../../lib/sync/capacity_limiter.ts";
import { BrokenWorkerError } from "../../lib/worker/errors.ts";
import { openWorkerContextOn } from "../../lib/worker/open_worker_context.ts";
import type { WorkerContext } from "../../lib/worker/worker_context.ts";
import { test } from "../harness/test.ts";
import { play } from "../actor/play.ts";
import { job, jobsModule, workersOf } from "./fake_jobs.ts";

const START_MS = 100;

test("worker: a job that is killed while its context closes is no error of the context, at whatever instant", async () => {
  for (let ms = 0; ms <= 200; ms += 5) {
    const { error, endMs } = await play({
      modules: { jobs: jobsModule },
      startMs: START_MS,
      latencyMs: 10,
      program: (self, stage) =>
        openNursery(async (nursery) => {
          const limiter = new CapacityLimiter(1);
          const scope = new CancelScope();
          let closed: WorkerContext | null = null;
          await openWorkerContextOn(self.system, {}, async (context) => {
            closed = context;
            nursery.startSoon(() =>
              scope.run(() => job(self, "work", ["job", 1e9], { context, limiter, killOnCancel: true }))
            );
            nursery.startSoon(async () => {
              await sleep(ms);
              scope.cancel();
            });
            await sleep(1);
          });
          assert.deepEqual(closed!.statistics(), { idleWorkers: 0, runningWorkers: 0 });
          assert.deepEqual([limiter.borrowedTokens, workersOf(self, stage)], [0, []]);
        }, { collapse: true }),
    });
    assert.equal(error, undefined, `${ms}: ${String(error)}`);
    assert.ok(endMs <= Math.max(1, ms) + 40, `${ms}: ${endMs}`);
  }
});

test("worker: one that retires, or has waited long enough, while its context closes has ended well", async () => {
  for (let ms = 0; ms <= 60; ms += 1) {
    for (const isIdle of [true, false]) {
      const hook = { module: "memory:jobs", export: "always" };
      const { error } = await play({
        modules: { jobs: jobsModule },
        startMs: START_MS,
        latencyMs: 10,
        program: (self) =>
          openWorkerContextOn(
            self.system,
            isIdle ? { idleTimeout: 20 } : { retire: hook },
            async (context) => {
              await job(self, "count", [], { context });
              await sleep(ms);
            },
          ),
      });
      assert.equal(error, undefined, `${ms}: ${String(error)}`);
    }
  }
});

test("worker: one that is killed from outside while its context closes is named, unless that was known", async () => {
  const named: boolean[] = [];
  for (let ms = 100; ms <= 300; ms += 10) {
    const { error } = await play({
      modules: { jobs: jobsModule },
      startMs: START_MS,
      latencyMs: 10,
      program: (self) =>
        openWorkerContextOn(
          self.system,
          { retire: { module: "memory:jobs", export: "init", args: [60] } },
          async (context) => {
            await job(self, "count", [], { context });
            await sleep(20);
          },
        ),
      script: async (stage) => {
        await stage.at(ms);
        if (stage.machine.puppets().length > 1) stage.signal("SIGKILL", "worker-1");
      },
    });
    assert.ok(error === undefined || error instanceof BrokenWorkerError, String(error));
    named.push(error !== undefined);
  }
  assert.ok(named.includes(true) && named.includes(false), String(named));
});

test("worker: two contexts that close at once, one inside of the other, end all workers", async () => {
  const { error, endMs } = await play({
    modules: { jobs: jobsModule },
    startMs: START_MS,
    program: (self, stage) =>
      openNursery((nursery) => {
        for (let i = 0; i < 3; i++) {
          nursery.startSoon(() =>
            openWorkerContextOn(self.system, {}, (outer) =>
              openWorkerContextOn(self.system, {}, async (inner) => {
                await openNursery((jobs) => {
                  for (const context of [outer, inner]) {
                    jobs.startSoon(() =>
                      job(self, "rest", ["rest", 100], { context, limiter: new CapacityLimiter(1) })
                    );
                  }
                });
                assert.equal(workersOf(self, stage).length, 6);
              }))
          );
        }
      }),
  });
  assert.deepEqual([error, endMs], [undefined, 200]);
});

test("worker: a program that is killed takes workers along, but those that may finish their jobs", async () => {
  for (const orphans of ["kill", "finish"] as const) {
    for (let ms = 0; ms <= 400; ms += 20) {
      const { said, goneMs } = await play({
        modules: { jobs: jobsModule },
        startMs: START_MS,
        latencyMs: 10,
        program: (self) =>
          openWorkerContextOn(self.system, { orphans }, async (context) => {
            await job(self, "work", ["job", 100], { context });
            await sleep(1e6);
          }),
        script: async (stage) => {
          await stage.at(ms);
          stage.signal("SIGKILL");
        },
      });
      const isBegun = said.some((line) => line.endsWith("begins"));
      const isDone = said.some((line) => line.endsWith("ends"));
      if (orphans === "finish") assert.equal(isDone, isBegun, `${ms}: ${said}`);
      assert.ok(
        goneMs <= Math.max(ms, START_MS) + (orphans === "kill" ? 20 : 120),
        `${orphans} ${ms}: ${goneMs}`,
      );
    }
  }
});

for (const [orphans, ends] of [["finish", ["1110 job ends"]], ["kill", []]] as const) {
  test(`worker: a job at a checkpoint whose program dies (orphans: ${orphans})`, async () => {
    const { said } = await play({
      modules: { jobs: jobsModule },
      startMs: START_MS,
      program: (self) =>
        openWorkerContextOn(
          self.system,
          { orphans },
          (context) => job(self, "nap", ["job", 1_010], { context }),
        ),
      script: async (stage) => {
        await stage.at(500);
        stage.signal("SIGKILL");
      },
    });
    assert.deepEqual(said, ["100 job begins", ...ends]);
  });
}
