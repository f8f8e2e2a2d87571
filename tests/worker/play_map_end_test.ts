/** How maps end before their items do: by errors, by cancels, and by whoever has had enough. */
import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { CapacityLimiter } from "../../lib/sync/capacity_limiter.ts";
import type { ReceiveChannel } from "../../lib/sync/memory_channel.ts";
import { mapOn, type MapOptions } from "../../lib/worker/map.ts";
import { openWorkerContextOn } from "../../lib/worker/open_worker_context.ts";
import type { WorkerContext } from "../../lib/worker/worker_context.ts";
import { test } from "../harness/test.ts";
import type { Self } from "../actor/fake_actors.ts";
import { play, type Played, type Stage } from "../actor/play.ts";
import { assertAtRest, jobsModule, workersOf } from "./fake_jobs.ts";

type Results = ReceiveChannel<unknown>;

interface Scene {
  readonly self: Self;
  readonly stage: Stage;
  readonly context: WorkerContext;
  readonly limiter: CapacityLimiter;
  /** Maps with two jobs at once. */
  map<T>(
    name: keyof ReturnType<typeof jobsModule>,
    items: Iterable<unknown> | AsyncIterable<unknown>,
    body: (results: Results) => T | Promise<T>,
    options?: MapOptions,
  ): Promise<T>;
}

/** Plays it with a context, in which at the end no job is under way and no token is borrowed. */
function playMap<T>(program: (scene: Scene) => Promise<T>, latencyMs = 0): Promise<Played<T>> {
  return play({
    modules: { jobs: jobsModule },
    startMs: 100,
    latencyMs,
    program: (self, stage) =>
      openWorkerContextOn(self.system, {}, async (context) => {
        const limiter = new CapacityLimiter(2);
        const how = { context, limiter };
        try {
          return await program({
            self,
            stage,
            context,
            limiter,
            map: (name, items, body, options = {}) =>
              mapOn(self.system, true, ["memory:jobs", name, items], body, { ...how, ...options }),
          });
        } finally {
          assertAtRest([self, stage], context, limiter, context.statistics().idleWorkers);
        }
      }),
  });
}

function* naturals() {
  for (let i = 0;; i++) yield i;
}

async function all(results: Results): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const result of results) found.push(result);
  return found;
}

test("worker: the first error of a map ends it, and later items are not taken", async () => {
  for (const chunkSize of [1, 4]) {
    let taken = 0;
    let received = 0;
    const { error, said } = await playMap(({ map }) => {
      function* source() {
        for (; taken < 1_000;) yield taken++;
      }
      return map("failFrom", source(), async (results) => {
        for await (const _ of results) received += 1;
      }, { chunkSize });
    });
    // Jobs that fail at the same time are several errors.
    assert.match(String(error), /not 1\d/);
    assert.ok(taken <= 10 + 6 * chunkSize && received <= 10, `${taken} taken, ${received} received`);
    assert.ok(said.length <= taken);
  }
});

test("worker: when a map fails jobs under way are killed, or waited for if they are not to be", async () => {
  for (const killOnCancel of [true, false]) {
    const { error, endMs, said } = await playMap(({ map }) => {
      function* source() {
        yield 5_000;
        yield "none";
      }
      return map("slow", source(), all, { killOnCancel });
    });
    assert.match(String(error), /not a time/);
    assert.deepEqual([endMs, said], [killOnCancel ? 100 : 5_100, []]);
  }
});

test("worker: a body that throws ends the map with its error", async () => {
  const { error, endMs } = await playMap(({ map }) =>
    map("slow", [1_000, 1e6, 1e6], async (results) => {
      await results.receive();
      throw new TypeError("enough");
    })
  );
  assert.match(String(error), /TypeError: enough/);
  assert.equal(endMs, 1_100);
});

test("worker: a body that returns early ends the jobs under way, and no more is taken", async () => {
  const { value, endMs } = await playMap(({ map }) =>
    map("slow", [1_000, 1e6, 1e6], (results) => results.receive())
  );
  assert.deepEqual([value, endMs], [1_000, 1_100]);
});

test("worker: a body may stop to receive, and go on with something else", async () => {
  for (const isClosed of [false, true]) {
    const { value, error, endMs } = await playMap(({ map }) =>
      map("echo", naturals(), async (results) => {
        for await (const result of results) if (result === 3) break;
        if (isClosed) results.close();
        await sleep(5_000);
        return "done";
      })
    );
    assert.deepEqual([error, value, endMs], [undefined, "done", 5_100]);
  }
});

test("worker: a cancel in the middle of a map ends it at every instant", async () => {
  for (let ms = 0; ms <= 300; ms += 5) {
    const { error, endMs } = await playMap(async ({ map, self, stage }) => {
      const scope = new CancelScope();
      await openNursery(async (nursery) => {
        nursery.startSoon(async () => {
          await scope.run(() =>
            map("slow", [30, 40, 50, 1e6], all, { concurrency: 3, limiter: new CapacityLimiter(3) })
          );
          if (ms < 100) assert.deepEqual(workersOf(self, stage), []);
        });
        await sleep(ms);
        scope.cancel();
      });
      assert.equal(scope.cancelledCaught, true);
    }, 10);
    assert.equal(error, undefined);
    assert.ok(endMs <= ms + 50, `${ms}: ${endMs}`);
  }
});

test("worker: a source that throws ends the map with its error", async () => {
  for (const isAsync of [false, true]) {
    const { error } = await playMap(({ map }) => {
      function* source() {
        yield 1;
        throw new RangeError("no more");
      }
      async function* later() {
        await sleep(10);
        yield* source();
      }
      return map("echo", isAsync ? later() : source(), all);
    });
    assert.match(String(error), /RangeError: no more/);
  }
});

test("worker: a source that hangs holds up neither results, nor a cancel", async () => {
  for (const hang of [() => sleepForever(), () => new Promise<never>(() => {})]) {
    const { error, endMs, value } = await playMap(async ({ map }) => {
      async function* source() {
        yield 1;
        yield 2;
        await hang();
      }
      const received: unknown[] = [];
      const scope = new CancelScope();
      await openNursery(async (nursery) => {
        nursery.startSoon(() =>
          scope.run(() =>
            map("echo", source(), async (results) => {
              for await (const result of results) received.push(result);
            })
          )
        );
        await sleep(1_000);
        scope.cancel();
      });
      return received;
    });
    assert.deepEqual([error, endMs, value], [undefined, 1_000, [1, 2]]);
  }
});
