/** Which context a job runs in, and what bounds how many run at once. */
import assert from "node:assert/strict";
import { openNursery } from "../../lib/scope/nursery.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { CapacityLimiter } from "../../lib/sync/capacity_limiter.ts";
import { Event } from "../../lib/sync/event.ts";
import {
  cacheScopeOn,
  configureDefaults,
  defaultLimiterOn,
  defaultStatistics,
} from "../../lib/worker/default_workers.ts";
import { openWorkerContextOn } from "../../lib/worker/open_worker_context.ts";
import { test } from "../harness/test.ts";
import type { Self } from "../actor/fake_actors.ts";
import { play, type Played, type Stage } from "../actor/play.ts";
import { job, jobsModule, workersOf } from "./fake_jobs.ts";

async function playJobs<T>(
  program: (self: Self, stage: Stage) => Promise<T>,
  latencyMs = 0,
): Promise<Played<T>> {
  try {
    const played = await play({ modules: { jobs: jobsModule }, startMs: 100, latencyMs, program });
    if (played.error !== undefined) throw played.error;
    return played;
  } finally {
    configureDefaults({}, "/");
  }
}

test("worker: jobs that name no context share the default one, which ends with the run", async () => {
  const { value, endMs } = await playJobs(async (self) => {
    const before = defaultStatistics();
    const first = await job(self, "pid");
    const second = await openNursery(() => job(self, "pid"));
    return [before, first === second, defaultStatistics()];
  });
  assert.deepEqual(value, [
    { idleWorkers: 0, runningWorkers: 0 },
    true,
    { idleWorkers: 1, runningWorkers: 0 },
  ]);
  assert.equal(endMs, 100);
});

test("worker: a cache scope is for the tasks below it, not for those that a nursery around it starts", async () => {
  await playJobs(async (self) => {
    const above = await job(self, "pid");
    await openNursery(async (outer) => {
      await cacheScopeOn(self.system, {}, async () => {
        const inside = await job(self, "pid");
        assert.notEqual(inside, above);
        await openNursery((inner) => {
          inner.startSoon(async () => assert.equal(await job(self, "pid"), inside));
        });
        // Started from inside, and yet a task of the nursery around.
        outer.startSoon(async () => assert.equal(await job(self, "pid"), above));
        await cacheScopeOn(self.system, {}, async () => {
          assert.ok(![above, inside].includes(await job(self, "pid")));
        });
        assert.equal(await job(self, "pid"), inside);
        await sleep(10);
      });
      assert.equal(await job(self, "pid"), above);
    });
  });
});

test("worker: a task from outside that a nursery below a cache scope starts is in that", async () => {
  await playJobs(async (self) => {
    const above = await job(self, "pid");
    const ready = new Event();
    let start: ((body: () => unknown) => void) | null = null;
    await openNursery((nursery) => {
      nursery.startSoon(() =>
        cacheScopeOn(self.system, {}, () =>
          openNursery(async (inner) => {
            start = (body) => inner.startSoon(body);
            ready.set();
            await sleep(500);
          }))
      );
      nursery.startSoon(async () => {
        await ready.wait();
        start!(async () => assert.notEqual(await job(self, "pid"), above));
      });
    });
  });
});

test("worker: a cache scope does not come before a context that is named", async () => {
  await playJobs((self) =>
    openWorkerContextOn(self.system, {}, async (context) => {
      const named = await job(self, "pid", [], { context });
      await cacheScopeOn(self.system, {}, async () => {
        assert.equal(await job(self, "pid", [], { context }), named);
        assert.notEqual(await job(self, "pid"), named);
      });
    })
  );
});

test("worker: the workers of a cache scope end with it", async () => {
  await playJobs(async (self, stage) => {
    await cacheScopeOn(self.system, {}, () => job(self, "pid"));
    assert.deepEqual(workersOf(self, stage), []);
  });
});

test("worker: a new default context is for the next job, and old workers end after theirs", async () => {
  const { said } = await playJobs(async (self, stage) => {
    await openNursery(async (nursery) => {
      nursery.startSoon(() => job(self, "work", ["old", 1_000]));
      await sleep(500);
      configureDefaults({ init: { module: "memory:jobs", export: "init", args: [200] } }, "/");
      await job(self, "work", ["new", 100]);
      assert.equal(workersOf(self, stage).length, 2);
    });
    await sleep(1);
    assert.deepEqual([workersOf(self, stage).length, defaultStatistics().idleWorkers], [1, 1]);
  });
  assert.deepEqual(said, ["100 old begins", "800 new begins", "900 new ends", "1100 old ends"]);
});

test("worker: no job is refused whose default context is replaced in the middle of its start", async () => {
  for (let steps = 0; steps < 60; steps++) {
    const { value } = await playJobs(async (self) => {
      const limiter = new CapacityLimiter(2);
      const results: unknown[] = [];
      if (steps % 2 === 0) await job(self, "count");
      await openNursery(async (nursery) => {
        for (let i = 0; i < 4; i++) {
          nursery.startSoon(async () => void results.push(await job(self, "echo", [i], { limiter })));
        }
        for (let i = 0; i < steps / 2; i++) {
          await checkpoint();
          configureDefaults({}, "/");
        }
      });
      return results.length;
    });
    assert.equal(value, 4);
  }
});

test("worker: the default limiter has a token for each processor, and may be given others", async () => {
  for (const tokens of [null, 1, 7]) {
    const { value, endMs } = await playJobs(async (self) => {
      const limiter = await defaultLimiterOn(self.system);
      assert.equal(limiter, await defaultLimiterOn(self.system));
      if (tokens !== null) limiter.totalTokens = tokens;
      let most = 0;
      await openNursery((nursery) => {
        for (let i = 0; i < 8; i++) {
          nursery.startSoon(async () => {
            await job(self, "rest", [`job${i}`, 1_000]);
            most = Math.max(most, limiter.borrowedTokens);
          });
        }
      });
      assert.equal(limiter.borrowedTokens, 0);
      return limiter.totalTokens;
    });
    const total = tokens ?? 4;
    assert.deepEqual([value, endMs], [total, 100 + 1_000 * Math.ceil(8 / total)]);
  }
});

test("worker: a token is held for as long as the job, whatever is cancelled", async () => {
  await playJobs(async (self) => {
    const limiter = new CapacityLimiter(1);
    await openNursery(async (nursery) => {
      nursery.startSoon(() => job(self, "rest", ["long", 1_000], { limiter }));
      await sleep(500);
      nursery.cancelScope.cancel();
      assert.equal(limiter.borrowedTokens, 1);
    });
    assert.equal(limiter.borrowedTokens, 0);
  });
});

test("worker: a context function as a limiter is held for the whole of each call, and its cancel is heard", async () => {
  const { said, error } = await playJobs(async (self, stage) => {
    let number = 0;
    const limiter = async (use: (value: unknown) => Promise<void>) => {
      const name = `hold${number++}`;
      stage.say(`${name} begins`);
      await sleep(50);
      try {
        await use(undefined);
      } finally {
        stage.say(`${name} ends`);
      }
    };
    assert.equal(await job(self, "work", ["job", 100], { limiter }), "job");
    await assert.rejects(job(self, "fail", ["no"], { limiter }), RangeError);
    await openNursery(async (nursery) => {
      nursery.startSoon(() => job(self, "rest", ["killed", 1_000], { limiter, killOnCancel: true }));
      await sleep(100);
      nursery.cancelScope.cancel();
    });
  });
  assert.equal(error, undefined);
  assert.deepEqual(said, [
    "0 hold0 begins",
    "150 job begins",
    "250 job ends",
    "250 hold0 ends",
    "250 hold1 begins",
    "300 hold1 ends",
    "300 hold2 begins",
    "350 killed begins",
    "400 hold2 ends",
  ]);
});

test("worker: a job whose turn never comes is cancelled before it begins", async () => {
  await playJobs(async (self, stage) => {
    const limiter = new CapacityLimiter(0);
    await openNursery(async (nursery) => {
      nursery.startSoon(() => job(self, "count", [], { limiter }));
      await sleep(100);
      nursery.cancelScope.cancel();
    });
    assert.deepEqual([limiter.waiting, limiter.borrowedTokens, workersOf(self, stage)], [0, 0, []]);
  });
});
