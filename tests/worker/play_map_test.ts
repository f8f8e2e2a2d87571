/** What a map gives, and what it takes from its source, at exact instants. */
import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import type { ReceiveChannel } from "../../lib/sync/memory_channel.ts";
import { defaultStatistics } from "../../lib/worker/default_workers.ts";
import { mapOn, type MapOptions } from "../../lib/worker/map.ts";
import type { MapProgress } from "../../lib/worker/mapping.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";
import type { Self } from "../actor/fake_actors.ts";
import { play, type Played, type Stage } from "../actor/play.ts";
import { jobsModule } from "./fake_jobs.ts";

type Results = ReceiveChannel<unknown>;

const START_MS = 100;

async function playMap<T>(program: (self: Self, stage: Stage) => Promise<T>): Promise<Played<T>> {
  const played = await play({ modules: { jobs: jobsModule }, startMs: START_MS, program });
  if (played.error !== undefined) throw played.error;
  return played;
}

/** Maps over items, in order or not. */
function mapped<T>(
  { system }: Self,
  name: keyof ReturnType<typeof jobsModule>,
  items: Iterable<unknown> | AsyncIterable<unknown>,
  body: (results: Results) => T | Promise<T>,
  { isOrdered = true, ...options }: MapOptions & { readonly isOrdered?: boolean } = {},
): Promise<T> {
  return mapOn(system, isOrdered, ["memory:jobs", name, items], body, options);
}

async function all(results: Results): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const result of results) found.push(result);
  return found;
}

const NUMBERS = Array.from({ length: 20 }, (_, i) => i);

for (const isOrdered of [true, false]) {
  const which = isOrdered ? "ordered" : "unordered";
  for (const chunkSize of [1, 3, 100]) {
    test(`worker: a map gives a result for each item (${which}, chunks of ${chunkSize})`, async () => {
      const { value } = await playMap((self) =>
        mapped(self, "echo", NUMBERS, all, { isOrdered, chunkSize, concurrency: 3 })
      );
      assert.deepEqual(isOrdered ? value : (value as number[]).toSorted((a, b) => a - b), NUMBERS);
    });
  }

  for (const ahead of [1, 2, 5]) {
    test(`worker: a map takes no more than ${ahead} chunks ahead of what is received (${which})`, async () => {
      await playMap(async (self) => {
        let taken = 0;
        let received = 0;
        function* source() {
          for (;;) {
            taken += 1;
            assert.ok(
              taken <= 2 * (ahead + Math.floor(received / 2) + 1),
              `${taken} taken, ${received} received`,
            );
            yield taken;
          }
        }
        const how = { isOrdered, chunkSize: 2, concurrency: 3, ahead };
        await mapped(self, "echo", source(), async (results) => {
          await sleep(10_000);
          assert.equal(taken, 2 * ahead);
          for (; received < 20; received++) {
            await results.receive();
            await sleep(1_000);
          }
        }, how);
        assert.equal(taken, 2 * ahead + 20);
      });
    });
  }
}

test("worker: results in order wait for the slow one, and others come as they are done", async () => {
  for (const isOrdered of [true, false]) {
    const { value } = await playMap((self) =>
      mapped(self, "slow", [3_000, 1_000, 2_000], all, { isOrdered, concurrency: 3 })
    );
    assert.deepEqual(value, isOrdered ? [3_000, 1_000, 2_000] : [1_000, 2_000, 3_000]);
  }
});

test("worker: as many jobs of a map run at once as it is told to, and one after the other with one", async () => {
  for (
    const [concurrency, ms] of [[1, 6_000], [2, 3_000], [4, 2_000], [6, 2_000], [undefined, 2_000]] as const
  ) {
    const items = Array.from({ length: 6 }, () => 1_000);
    const how = concurrency === undefined ? {} : { concurrency };
    const { endMs } = await playMap((self) => mapped(self, "slow", items, all, how));
    assert.equal(endMs, START_MS + ms, String(concurrency));
  }
});

for (const ahead of [1, 50]) {
  test(`worker: a source without an end is closed when the results are left (${ahead} ahead)`, async () => {
    const { value, said } = await playMap(async (self, stage) => {
      async function* source() {
        try {
          for (let i = 0;; i++) {
            await sleep(10);
            yield i;
          }
        } finally {
          await new CancelScope({ shield: true }).run(() => sleep(5));
          stage.say("closed");
        }
      }
      const received = await mapped(self, "echo", source(), async (results) => {
        for (let i = 0; i < 5; i++) assert.equal(await results.receive(), i);
        await sleep(100);
        stage.say("left");
      }, { ahead });
      if (ahead > 1) await sleep(5);
      return received;
    });
    assert.equal(value, undefined);
    assert.deepEqual(said.map((line) => line.split(" ")[1]), ["left", "closed"]);
  });
}

test("worker: a map over nothing gives nothing, and starts no worker", async () => {
  for (const items of [[], new Set(), (async function* () {})()]) {
    const { value, endMs } = await playMap((self) => mapped(self, "echo", items, all));
    assert.deepEqual([value, endMs], [[], 0]);
  }
});

test("worker: a map tells how far it has come", async () => {
  const told: MapProgress[] = [];
  await playMap((self) =>
    mapped(self, "echo", NUMBERS, all, { chunkSize: 6, concurrency: 2, onProgress: (one) => told.push(one) })
  );
  assert.deepEqual(told.map(({ done, total }) => [done, total]), [[6, 20], [12, 20], [18, 20], [20, 20]]);
  assert.ok(told.every(({ done, taken }) => taken >= done && taken <= 20));
  const endless: MapProgress[] = [];
  await playMap((self) =>
    mapped(self, "echo", NUMBERS.values(), all, { onProgress: (one) => endless.push(one) })
  );
  assert.deepEqual([endless.length, endless.at(-1)], [20, { done: 20, taken: 20, total: null }]);
});

test("worker: an item that cannot be sent is named in the error of a map", async () => {
  const { error } = await play({
    modules: { jobs: jobsModule },
    program: (self) => mapped(self, "echo", [1, () => {}], all, { chunkSize: 2 }),
  });
  assert.match(String(error), /PayloadError: Cannot send argument 2 of "echo": it is a function/);
});

test("worker: a map refuses numbers that make no sense", async () => {
  for (
    const options of [{ chunkSize: 0 }, { chunkSize: 1.5 }, { concurrency: 0 }, { ahead: -1 }, { ahead: NaN }]
  ) {
    await playMap(async (self) => {
      await errorOf(RangeError, () => mapped(self, "echo", [1], all, options));
      assert.equal(defaultStatistics().idleWorkers, 0);
    });
  }
});
