/**
 * Jobs in threads that are cancelled, exit or fail when chance says so, in contexts that close: none hangs, each ends as it
 * may, and all tokens come back. `SEEDS` says how many rounds, `SEED` where they begin.
 */
import assert from "node:assert/strict";
import { seeded } from "../../lib/base/chance.ts";
import {
  BrokenWorkerError,
  CancelScope,
  CapacityLimiter,
  checkpoint,
  failAfter,
  JobLimitExceeded,
  openNursery,
  openWorkerContext,
  runSync,
  testing,
  type WorkerContext,
} from "../../mod.ts";
import { pick } from "../actor/chaos/chance.ts";
import { onStage } from "../actor/stage.ts";
import { seedsOf } from "../harness/seeds.ts";
import { test } from "../harness/test.ts";
import { THREAD_JOBS, withThreadGate } from "./thread_gate.ts";
import { ERRORS, JOBS } from "./worker_stage.ts";

const SEEDS = seedsOf(3);
/** A watchdog against a round that hangs. */
const ROUND_MS = 20_000;
const NONE = { idleWorkers: 0, runningWorkers: 0 };

type Random = () => number;
type How = Parameters<typeof runSync>[3];
/** What jobs do, and what each may end with beside its result. */
const KINDS: readonly (readonly [
  ends: readonly (abstract new (...args: never[]) => Error)[],
  work: (how: How, memory: SharedArrayBuffer) => Promise<unknown>,
])[] = [
  [[], async (how) => assert.ok(await runSync(JOBS, "count", [], how) > 0)],
  [[], async (how) => assert.equal(await runSync(JOBS, "later", ["x"], how), "x")],
  [[], async (how) => assert.equal((await runSync(JOBS, "bytes", [3_000_000], how)).length, 3_000_000)],
  [[], async (how) => void await runSync(JOBS, "echo", [new Uint8Array(2_000_000)], how)],
  [[], async (how, memory) => assert.equal(await runSync(THREAD_JOBS, "waitAt", [memory], how), 1)],
  [[], async (how, memory) => assert.equal(await runSync(THREAD_JOBS, "computeAt", [memory], how), 1)],
  [[RangeError], (how) => runSync(ERRORS, "throwsRangeError", [], how)],
  [[BrokenWorkerError], (how) => runSync(JOBS, "exit", [3], how)],
  [[BrokenWorkerError], (how, memory) => runSync(THREAD_JOBS, "exitAt", [memory], how)],
  [[JobLimitExceeded], (how) => runSync(JOBS, "hang", ["x"], { ...how, limits: { wallTime: 5 } })],
];

async function jobs(random: Random, context: WorkerContext, limiter: CapacityLimiter): Promise<void> {
  await withThreadGate((gate) =>
    openNursery(async (nursery) => {
      for (let count = 1 + Math.floor(8 * random()); count > 0; count--) {
        const [ends, work] = pick(random, KINDS);
        const how = { context, limiter, killOnCancel: random() < 0.8 };
        const turns = Math.floor(pick(random, [0, 3, 30, 300, 3_000]) * random());
        const scope = new CancelScope();
        nursery.startSoon(() =>
          scope.run(async () => {
            try {
              await work(how, gate.memory);
            } catch (error) {
              if (!ends.some((type) => error instanceof type)) throw error;
            }
          })
        );
        nursery.startSoon(async () => {
          for (let i = 0; i < turns; i++) await (i % 3 === 0 ? testing.waitAllTasksBlocked() : checkpoint());
          if (random() < 0.7) scope.cancel();
        });
      }
      for (let i = 100 * random(); i > 0; i--) await testing.waitAllTasksBlocked();
      gate.open();
    }, { collapse: true })
  );
}

async function round(seed: number): Promise<void> {
  const random = seeded(seed);
  const limiter = new CapacityLimiter(1 + Math.floor(3 * random()));
  const options = {
    workerType: "thread",
    ...pick(random, [{}, { idleTimeout: 0 }, { retire: { module: JOBS, export: "always" } }]),
  } as const;
  let closed: WorkerContext | null = null;
  await openWorkerContext(options, async (context) => {
    closed = context;
    await jobs(random, context, limiter);
    if (random() < 0.5) await jobs(random, context, limiter);
  });
  assert.deepEqual(closed!.statistics(), NONE);
  while (limiter.borrowedTokens > 0) await testing.waitAllTasksBlocked();
}

test(`worker: ${SEEDS.length} programs with jobs in threads that end in all ways hang nowhere`, () =>
  onStage(async () => {
    for (const seed of SEEDS) {
      try {
        await failAfter(ROUND_MS, () => round(seed));
      } catch (error) {
        throw new Error(`SEED=${seed} SEEDS=1: ${String(error)}`, { cause: error });
      }
    }
  }));
