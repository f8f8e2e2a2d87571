/** How workers end by themselves, at exact instants. */
import assert from "node:assert/strict";
import { sleep } from "../../lib/scope/sleep.ts";
import { CapacityLimiter } from "../../lib/sync/capacity_limiter.ts";
import { test } from "../harness/test.ts";
import { job, playJobs, workersOf } from "./fake_jobs.ts";

for (const idleTimeout of [0, 1, 500, 20_000]) {
  test(`worker: one without a job for ${idleTimeout} ms ends at that instant`, async () => {
    const { error, value } = await playJobs({ idleTimeout }, async ({ self, stage, context }) => {
      await job(self, "work", ["first", 1_000], { context });
      const count = () => workersOf(self, stage).length;
      if (idleTimeout > 0) await sleep(idleTimeout - 1);
      const before = count();
      await sleep(2);
      return [before, count(), context.statistics()];
    });
    assert.equal(error, undefined);
    assert.deepEqual(value, [1, 0, { idleWorkers: 0, runningWorkers: 0 }]);
  });
}

test("worker: the time-out of one begins anew with each job, whatever that waits for", async () => {
  const { error, value } = await playJobs({ idleTimeout: 500 }, async ({ self, context }) => {
    const counts: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      counts.push(await job(self, "count", [], { context }));
      await sleep(400);
      await job(self, i === 1 ? "work" : "rest", ["long", 20_000], { context });
      await sleep(400);
    }
    return counts;
  });
  assert.deepEqual([error, value], [undefined, [1, 2, 3]]);
});

test("worker: with no time-out one stays as long as its context", async () => {
  const { value } = await playJobs({ idleTimeout: Infinity }, async ({ self, context }) => {
    await job(self, "count", [], { context });
    await sleep(1e9);
    return await job(self, "count", [], { context });
  });
  assert.equal(value, 2);
});

for (
  const options of [{ idleTimeout: 0 }, { retire: { module: "memory:jobs", export: "always" } }] as const
) {
  test(`worker: hundreds of jobs in workers that end after each are all done, once (${Object.keys(options)})`, async () => {
    const { error, value, said } = await playJobs({ ...options }, async ({ self, context }) => {
      const results: unknown[] = [];
      const limiter = new CapacityLimiter(1);
      for (let i = 0; i < 200; i++) {
        results.push(await job(self, "work", [`job${i}`, i % 5], { context, limiter }));
        await sleep(i % 7);
      }
      assert.equal(limiter.borrowedTokens, 0);
      return results;
    }, 3);
    if (error !== undefined) throw error;
    const names = Array.from({ length: 200 }, (_, i) => `job${i}`);
    assert.deepEqual(value, names);
    assert.deepEqual(
      said.map((line) => line.split(" ").slice(1).join(" ")),
      names.flatMap((name) => [`${name} begins`, `${name} ends`]),
    );
  });
}
