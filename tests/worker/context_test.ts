/** Contexts, limiters and maps in real workers, as a program uses them. */
import assert from "node:assert/strict";
import {
  BrokenWorkerError,
  cacheScope,
  CapacityLimiter,
  checkpoint,
  ClosedResourceError,
  configureDefaultContext,
  currentDefaultWorkerLimiter,
  defaultContextStatistics,
  fromPromise,
  map,
  mapUnordered,
  openNursery,
  openWorkerContext,
  runSync,
  type WorkerContext,
} from "../../mod.ts";
import { openSystem } from "../../lib/api/system.ts";
import { onStage } from "../actor/stage.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";
import { until } from "../harness/until.ts";
import { eachType, JOBS, runsIn, withGate, workerTests } from "./worker_stage.ts";

const { host } = await openSystem();

const NONE = { idleWorkers: 0, runningWorkers: 0 };

test("worker: jobs share the workers of the default context, which another configuration replaces", () =>
  onStage(async ({ living }) => {
    try {
      assert.deepEqual(defaultContextStatistics(), NONE);
      const first = await runSync(JOBS, "pid", []);
      assert.equal(await openNursery(() => runSync(JOBS, "pid", [])), first);
      assert.deepEqual(defaultContextStatistics(), { idleWorkers: 1, runningWorkers: 0 });
      configureDefaultContext({ init: { module: JOBS, export: "prepareLater", args: ["configured"] } });
      assert.deepEqual(await runSync(JOBS, "state", []), ["configured", 0]);
      await fromPromise(until("the first has ended", () => !living().includes(first)));
      assert.equal(living().length, 1);
      const limiter = await currentDefaultWorkerLimiter();
      assert.deepEqual([limiter.totalTokens, limiter.borrowedTokens], [host.processors, 0]);
    } finally {
      configureDefaultContext({});
    }
  }));

eachType(
  "an init prepares each worker, and what modules keep stays until it retires",
  (workerType) =>
    onStage(() =>
      openWorkerContext({
        workerType,
        idleTimeout: 1e12,
        init: { module: JOBS, export: "retireAt", args: [3] },
        retire: { module: JOBS, export: "shallRetire" },
      }, async (context) => {
        const counts: number[] = [];
        for (let i = 0; i < 7; i++) counts.push(await runSync(JOBS, "count", [], { context }));
        assert.deepEqual(counts, [1, 2, 3, 1, 2, 3, 1]);
      })
    ),
);

eachType(
  "hooks that fail are errors: an init of the job, a retire of the context",
  (workerType) =>
    onStage(async ({ living }) => {
      await openWorkerContext(
        { workerType, init: { module: JOBS, export: "failingInit" } },
        async (context) => {
          const error = await errorOf(BrokenWorkerError, () => runSync(JOBS, "count", [], { context }));
          assert.match(error.message, /no init/);
          assert.deepEqual([living(), context.statistics()], [[], NONE]);
        },
      );
      const error = await errorOf(BrokenWorkerError, () =>
        openWorkerContext(
          { workerType, retire: { module: JOBS, export: "failingRetire" } },
          async (context) => {
            assert.equal(await runSync(JOBS, "count", [], { context }), 1);
            while (context.statistics().idleWorkers > 0) await checkpoint();
          },
        ));
      assert.match(String((error.cause as Error).message), /no retire/);
    }),
);

eachType(
  "a context waits for its job, takes no more, and its cache scope is nested",
  (workerType) =>
    onStage((stage) =>
      withGate(async (gate) => {
        let context: WorkerContext | null = null;
        let result: unknown = null;
        await openNursery(async (nursery) => {
          await openWorkerContext({ workerType }, async (opened) => {
            context = opened;
            nursery.startSoon(async () => {
              result = await runSync(JOBS, "atGate", ["job", gate.path], { context: opened });
            });
            await runsIn(stage, "job");
            await cacheScope({ workerType }, async () => {
              assert.equal(await runSync(JOBS, "count", []), 1);
              assert.equal(await cacheScope({ workerType }, () => runSync(JOBS, "count", [])), 1);
              assert.equal(await runSync(JOBS, "count", []), 2);
            });
            assert.deepEqual(opened.statistics(), { idleWorkers: 0, runningWorkers: 1 });
            gate.open();
          });
          assert.deepEqual([context!.statistics(), stage.living()], [NONE, []]);
          await errorOf(ClosedResourceError, () => runSync(JOBS, "count", [], { context: context! }));
        });
        assert.equal(result, "job");
      })
    ),
);

eachType("one that does not end in time is killed, and named", (workerType) =>
  onStage(async (stage) => {
    const error = await errorOf(BrokenWorkerError, () =>
      openWorkerContext(
        { workerType, gracePeriod: 50, retire: { module: JOBS, export: "loop" } },
        async (context) => {
          await runSync(JOBS, "mark", ["job"], { context });
          await runsIn(stage, "loop");
        },
      ));
    assert.deepEqual(
      error.workers.map(({ status }) => status),
      [{ how: "signalled", signal: "SIGKILL" }],
    );
    assert.deepEqual(stage.living(), []);
  }));

const testOnOne = workerTests();

testOnOne("a map over many items gives all results, in order or as they come", async ({ context }) => {
  const items = Array.from({ length: 200 }, (_, i) => i);
  const how = { context, limiter: new CapacityLimiter(2), chunkSize: 7 };
  const expected = items.map((item) => 2 * item);
  for (
    const over of [
      map<typeof import("./modules/jobs.ts"), "double", number[]>,
      mapUnordered<typeof import("./modules/jobs.ts"), "double", number[]>,
    ]
  ) {
    const found = await over(JOBS, "double", items, async (results) => {
      const all: number[] = [];
      for await (const result of results) all.push(result);
      return all;
    }, how);
    assert.deepEqual(over === map ? found : found.toSorted((a, b) => a - b), expected);
  }
});

testOnOne("the first error of a map ends it, and kills jobs under way", async ({ context, notes }) => {
  let taken = 0;
  function* source() {
    for (; taken < 1_000; taken++) yield taken;
  }
  const limiter = new CapacityLimiter(2);
  const error = await errorOf(RangeError, () =>
    map(JOBS, "doubleUnless", source(), async (results) => {
      for await (const _ of results);
    }, { context, limiter }));
  assert.equal(error.message, "not 13");
  assert.ok(taken < 20 && notes().length < 20, String(taken));
  assert.equal(limiter.borrowedTokens, 0);
});

testOnOne("a map that is left early ends jobs without an end", async ({ context, ...stage }) => {
  await map(JOBS, "loop", ["a", "b", "c"], async () => {
    await runsIn(stage, "a");
    const { idleWorkers, runningWorkers } = context.statistics();
    assert.deepEqual([runningWorkers, stage.living().length], [1, idleWorkers + 1]);
  }, { context, limiter: new CapacityLimiter(1) });
  assert.equal(context.statistics().runningWorkers, 0);
  assert.equal(stage.living().length, context.statistics().idleWorkers);
});
