/** Jobs of workers on a fake machine: what they do, and how many workers there are. */
import assert from "node:assert/strict";
import { sleep } from "../../lib/scope/sleep.ts";
import type { CapacityLimiter } from "../../lib/sync/capacity_limiter.ts";
import type { WorkerContextOptions } from "../../lib/worker/context_options.ts";
import { openWorkerContextOn } from "../../lib/worker/open_worker_context.ts";
import { type JobOptions, runSyncOn } from "../../lib/worker/run_sync.ts";
import type { WorkerContext } from "../../lib/worker/worker_context.ts";
import type { Self } from "../actor/fake_actors.ts";
import { play, type Played, type Stage } from "../actor/play.ts";

/** The module whose functions run in workers; each process that loads it has a state of its own. */
export function jobsModule({ puppet }: Self, stage: Stage) {
  let calls = 0;
  let isWrong = false;
  return {
    init: (ms = 0) => ms === 0 ? undefined : puppet.compute(ms),
    failingInit() {
      throw new RangeError("no init");
    },
    count: () => ++calls,
    pid: () => puppet.pid,
    echo: (value: unknown) => value,
    /** Keeps the processor busy, and is heard of at its beginning and at its end. */
    async work(name: string, ms: number) {
      stage.say(`${name} begins`);
      await puppet.compute(ms);
      stage.say(`${name} ends`);
      return name;
    },
    /** Waits without keeping the processor busy. */
    async rest(name: string, ms: number) {
      stage.say(`${name} begins`);
      await puppet.sleep(ms);
      stage.say(`${name} ends`);
      return name;
    },
    /** Waits at a checkpoint, where a cancel would end it. */
    async nap(name: string, ms: number) {
      stage.say(`${name} begins`);
      await sleep(ms);
      stage.say(`${name} ends`);
      return name;
    },
    async slow(ms: number) {
      if (typeof ms !== "number") throw new TypeError("not a time");
      await puppet.compute(ms);
      return ms;
    },
    failFrom(value: number, bound = 10) {
      stage.say(`item ${value}`);
      if (value >= bound) throw new RangeError(`not ${value}`);
      return value;
    },
    fail(message: string): never {
      throw new RangeError(message);
    },
    exit(code: number) {
      puppet.exit(code);
      return puppet.forever();
    },
    hangAtEnd() {
      isWrong = true;
    },
    always: () => true,
    never: () => false,
    async stuckIfAsked() {
      if (isWrong) await puppet.forever();
      return false;
    },
    async failingRetire(ms = 0) {
      await puppet.compute(ms);
      throw new TypeError("no retire");
    },
  };
}

/** Runs a job of {@linkcode jobsModule}. */
export async function job(
  { system }: Self,
  name: keyof ReturnType<typeof jobsModule>,
  args: readonly unknown[] = [],
  options: JobOptions = {},
): Promise<unknown> {
  return await runSyncOn(system, "memory:jobs", name, args, options);
}

/** The numbers of the processes of workers, zombies included. */
export function workersOf({ puppet }: Self, { machine }: Stage): readonly number[] {
  return machine.puppets().map(({ pid }) => pid).filter((pid) => pid !== puppet.pid);
}

/** Fails unless nothing is under way any more, and so many workers wait. */
export function assertAtRest(
  [self, stage]: readonly [Self, Stage],
  context: WorkerContext,
  limiter: CapacityLimiter,
  idle: number,
): void {
  assert.deepEqual(
    [limiter.borrowedTokens, context.statistics(), workersOf(self, stage).length],
    [0, { idleWorkers: idle, runningWorkers: 0 }, idle],
  );
}

/** Plays with a context whose workers run {@linkcode jobsModule}. */
export function playJobs<T>(
  options: WorkerContextOptions,
  body: (scene: { self: Self; stage: Stage; context: WorkerContext }) => Promise<T>,
  latencyMs = 0,
): Promise<Played<T>> {
  return play({
    modules: { jobs: jobsModule },
    startMs: 100,
    latencyMs,
    program: (self, stage) =>
      openWorkerContextOn(self.system, options, (context) => body({ self, stage, context })),
  });
}
