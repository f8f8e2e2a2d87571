/**
 * Workers that are kept for the next job: those that have just worked first. Follows trio-parallel's `WorkerContext`.
 *
 * Invariants:
 * 1. A worker has one job at a time. It is idle, or busy, or over and in neither set.
 * 2. A job that no worker has taken is given to another one; one that was taken is not, whatever becomes of it.
 * 3. When the context is closed no worker of it lives.
 */
import { CancelScope } from "../scope/cancel_scope.ts";
import type { Nursery } from "../scope/nursery.ts";
import { moveOnAfter } from "../scope/timeouts.ts";
import { ClosedResourceError } from "../sync/channel_errors.ts";
import { WaitQueue } from "../sync/wait_queue.ts";
import type { ResolvedContextOptions } from "./context_options.ts";
import { BrokenWorkerError } from "./errors.ts";
import type { Job, JobReply } from "./job.ts";
import { withinLimits } from "./limits.ts";
import { waitFor } from "./wait_for.ts";
import { NOT_TAKEN, type Worker } from "./worker.ts";

/** How many workers a context has. */
export interface WorkerStatistics {
  /** Those that wait for a job. */
  readonly idleWorkers: number;
  /** Those that do one, or start for one. */
  readonly runningWorkers: number;
}

/** Makes a worker that is yet to be started. */
export type HireWorker = () => Worker;

/** See the module; `openWorkerContext` opens one. */
export class WorkerContext {
  readonly #options: ResolvedContextOptions;
  readonly #nursery: Nursery;
  readonly #hire: HireWorker;
  /** The one that has worked last is the last. */
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  /** Those that have failed between two jobs, of which nobody has heard yet. */
  readonly #failed: Worker[] = [];
  readonly #changed = new WaitQueue();
  #jobs = 0;
  #isClosed = false;

  /** @internal */
  constructor(options: ResolvedContextOptions, nursery: Nursery, hire: HireWorker) {
    this.#options = options;
    this.#nursery = nursery;
    this.#hire = hire;
  }

  /** How many workers there are now. */
  statistics(): WorkerStatistics {
    const [idle, all] = [this.#idle, [...this.#all]].map((workers) =>
      workers.filter((one) => !one.isOver).length
    );
    return { idleWorkers: idle!, runningWorkers: all! - idle! };
  }

  /** @internal Whether it takes no more jobs. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * @internal Has a job done.
   *
   * @param onOver Called once when the work is over: with the job, or when a worker that was left behind ends.
   * @throws {ClosedResourceError} If the context is closed.
   * @throws {RangeError} If the job has limits that threads cannot be held to.
   */
  async run(job: Job, onOver: () => void): Promise<JobReply> {
    const refusal = this.#refusal(job);
    if (refusal !== null) {
      onOver();
      throw refusal;
    }
    this.#jobs += 1;
    let worker: Worker | null = null;
    try {
      for (;;) {
        const idle = this.#takeIdle();
        const chosen = worker = idle ?? this.#hire();
        if (idle === null) await waitFor(job, () => this.#start(chosen));
        const { limits } = job;
        const reply = limits === null
          ? await chosen.do(job)
          : await waitFor(job, () => withinLimits(chosen, job, limits));
        if (reply !== NOT_TAKEN) return reply;
      }
    } finally {
      if (worker === null) onOver();
      else this.#giveBack(worker, onOver);
      this.#jobs -= 1;
      this.#changed.wakeAll();
    }
  }

  /**
   * @internal Takes no more jobs, waits for those that run, and ends all workers.
   *
   * @throws {BrokenWorkerError} If some had to be killed, or have failed at their end.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    await new CancelScope({ shield: true }).run(async () => {
      while (this.#jobs > 0) await this.#changed.wait("jobs of a worker context");
      const workers = [...this.#all].filter((worker) => !worker.isKilled);
      for (const worker of workers) worker.dismiss();
      await moveOnAfter(this.#options.gracePeriod, () => this.#allOver());
      for (const worker of this.#all) worker.kill();
      await this.#allOver();
      const broken = new Set([...this.#failed, ...workers.filter((worker) => !worker.hasEndedWell)]);
      if (broken.size === 0) return;
      throw new BrokenWorkerError(
        "Workers have not ended well",
        [...broken].map((worker) => worker.description),
        { cause: [...broken].find((worker) => worker.failure !== null)?.failure },
      );
    });
  }

  #refusal({ name, limits }: Job): Error | null {
    if (this.#isClosed) {
      return new ClosedResourceError(`Cannot run the job "${name}": its worker context is closed`);
    }
    const isOfProcess = limits?.memory !== undefined || limits?.cpuTime !== undefined;
    return isOfProcess && this.#options.workerType === "thread"
      ? new RangeError(
        `Cannot run the job "${name}": memory and cpuTime can be limited in processes, not in threads`,
      )
      : null;
  }

  async #allOver(): Promise<void> {
    while (this.#all.size > 0) await this.#changed.wait("end of workers");
  }

  /** The one that has worked last and lives: what has died a moment ago takes no job, and would not say so. */
  #takeIdle(): Worker | null {
    let worker = this.#idle.pop();
    while (worker?.isDead === true) worker = this.#idle.pop();
    return worker ?? null;
  }

  async #start(worker: Worker): Promise<void> {
    this.#all.add(worker);
    await this.#nursery.start<void>(async (status) => {
      try {
        await worker.run(status);
      } finally {
        this.#forget(worker);
      }
    }, { name: worker.description.name });
  }

  /** Puts a worker back after a job; one that was killed and goes on holds on to what the job had borrowed. */
  #giveBack(worker: Worker, onOver: () => void): void {
    if (worker.isKilled || worker.isOver) return worker.whenGone(onOver);
    this.#idle.push(worker);
    onOver();
  }

  #forget(worker: Worker): void {
    this.#all.delete(worker);
    if (worker.failure !== null) this.#failed.push(worker);
    const at = this.#idle.indexOf(worker);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#changed.wakeAll();
  }
}
