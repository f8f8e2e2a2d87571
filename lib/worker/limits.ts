/** Holds jobs to what they may use: the worker of one that takes more is killed. */
import { Cancelled } from "../scope/cancelled.ts";
import { openNursery } from "../scope/nursery.ts";
import { currentTime, sleep } from "../scope/sleep.ts";
import { JobLimitExceeded } from "./errors.ts";
import type { Job, JobLimits } from "./job.ts";

/** Between two looks at a worker's process. */
const LOOK_MS = 50;

/** The amounts that have been used so far. */
export interface Usage {
  /** Bytes. */
  readonly memory: number;
  /** Milliseconds. */
  readonly cpuTime: number;
}

/** The process of a job, which is watched meanwhile. */
export interface Watched<T> {
  do(job: Job): Promise<T>;
  /** The usage of its process; null if it is gone. */
  usage(): Usage | null;
  kill(): void;
}

/**
 * Has a worker do a job.
 *
 * @throws {JobLimitExceeded}
 */
export async function withinLimits<T>(worker: Watched<T>, job: Job, limits: JobLimits): Promise<T> {
  const { name } = job;
  let outcome: T;
  let exceeded: JobLimitExceeded | null = null;
  try {
    await openNursery(async (nursery) => {
      nursery.startSoon(async () => {
        exceeded = await excess(worker, name, limits);
        worker.kill();
      }, { name: `limits of ${name}` });
      outcome = await worker.do(job);
      nursery.cancelScope.cancel("the job is over");
    }, { collapse: true });
  } catch (error) {
    throw exceeded === null || error instanceof Cancelled ? error : exceeded;
  }
  return outcome!;
}

/** Waits until more is used than is allowed. */
async function excess(
  worker: Pick<Watched<unknown>, "usage">,
  name: string,
  limits: JobLimits,
): Promise<JobLimitExceeded> {
  const { memory = Infinity, cpuTime = Infinity, wallTime = Infinity } = limits;
  const begin = currentTime();
  const cpuBefore = worker.usage()?.cpuTime ?? 0;
  const looks = memory < Infinity || cpuTime < Infinity;
  for (;;) {
    const left = begin + wallTime - currentTime();
    await sleep(Math.max(0, looks ? Math.min(LOOK_MS, left) : left));
    const now = currentTime();
    if (now - begin >= wallTime) {
      return new JobLimitExceeded(name, "wallTime", wallTime, Math.round(now - begin));
    }
    const usage = looks ? worker.usage() : null;
    if (usage === null) continue;
    const used = usage.cpuTime - cpuBefore;
    if (used > cpuTime) return new JobLimitExceeded(name, "cpuTime", cpuTime, used);
    if (usage.memory > memory) return new JobLimitExceeded(name, "memory", memory, usage.memory);
  }
}
