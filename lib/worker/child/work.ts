/**
 * The loop of a worker: it takes one job after the other, until it has had none for a while, or is to retire, or the
 * context has no more.
 *
 * Invariants:
 * 1. A job that was received is answered before anything else: an end of the stream without an answer says that the job was
 *    not taken.
 * 2. A job is not cancelled: it runs to its end, or its process is killed.
 */
import { after, type Instant, instant } from "../../base/instant.ts";
import { context } from "../../actor/dialog/exposed.ts";
import type { MsgStream } from "../../actor/dialog/msg_stream.ts";
import type { ServedContext } from "../../actor/dialog/served_context.ts";
import { currentRuntime } from "../../actor/current_actor.ts";
import { RemoteActorError } from "../../actor/errors.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { openNursery } from "../../scope/nursery.ts";
import { currentTime, sleepForever, sleepUntil } from "../../scope/sleep.ts";
import { moveOnAfter } from "../../scope/timeouts.ts";
import { ClosedResourceError, EndOfChannel } from "../../sync/channel_errors.ts";
import { Event } from "../../sync/event.ts";
import { WaitQueue } from "../../sync/wait_queue.ts";
import { boxError } from "../../wire/error_box.ts";
import { PayloadError, whyRefused } from "../../wire/payload.ts";
import { type JobMessage, type JobReply, WORKER_MODULE, type WorkerOrders } from "../job.ts";
import { type Exports, JobRunner, type LoadModule } from "./job_runner.ts";

/** The stream as a worker sees it. */
type Jobs = MsgStream<JobMessage, JobReply>;

/** Before its first job a worker does not go: it was started for one, which may take a while to be sent. */
const FIRST_JOB_MS = 10_000;

/** Lets a worker find its module, which is no file. */
export function withWorkModule(load: LoadModule): LoadModule {
  return async (url) => url === WORKER_MODULE ? workModule(load) : await load(url);
}

/** The module of a worker: what is run as its main function, and what its context opens. */
function workModule(load: LoadModule): Exports {
  const isOver = new Event();
  const runner = new JobRunner(load);
  return {
    live: () => isOver.wait(),
    work: context(async (ctx: ServedContext<void, JobReply, JobMessage>, orders: WorkerOrders) => {
      try {
        await new Worker(runner, orders).run(ctx);
      } finally {
        isOver.set();
      }
    }),
  };
}

class Worker {
  readonly #runner: JobRunner;
  readonly #orders: WorkerOrders;
  #isBusy = false;
  #isOver = false;
  /** When it will have waited long enough; before its first job that is said otherwise. */
  #end: Instant = instant(0);
  /** Wakes who waits for the end of a job. */
  readonly #rested = new WaitQueue();

  constructor(runner: JobRunner, orders: WorkerOrders) {
    this.#runner = runner;
    this.#orders = orders;
  }

  async run(ctx: ServedContext<void, JobReply, JobMessage>): Promise<void> {
    const { init } = this.#orders;
    if (init !== null) await fromPromise(this.#runner.runHook(init));
    await ctx.started();
    await ctx.openStream((jobs) =>
      openNursery(async (nursery) => {
        nursery.startSoon(() => this.#watch(jobs), { name: "idle time-out" });
        await new CancelScope({ shield: true }).run(() => this.#takeJobs(jobs));
        nursery.cancelScope.cancel("the worker is over");
      }, { collapse: true })
    );
  }

  /** Takes no more jobs when there was none for long enough, or when the actor is cancelled. */
  async #watch(jobs: Jobs): Promise<void> {
    try {
      const { idleTimeout } = this.#orders;
      if (idleTimeout === null) return await sleepForever();
      await moveOnAfter(Math.max(idleTimeout, FIRST_JOB_MS), () => this.#rested.wait("first job"));
      while (this.#isBusy || currentTime() < this.#end) {
        if (this.#isBusy) await this.#rested.wait("end of a job");
        else await sleepUntil(this.#end);
      }
    } finally {
      this.#isOver = true;
      // A job that was taken is answered first.
      if (!this.#isBusy) jobs.close();
    }
  }

  async #takeJobs(jobs: Jobs): Promise<void> {
    while (!this.#isOver) {
      const job = await nextJob(jobs);
      if (job === null) return;
      // From here on the stream stays open: nothing comes between the taking of a job and this.
      this.#isBusy = true;
      const result = this.#begin(job);
      if (!this.#sendAtOnce(jobs, result)) await this.#finish(jobs, job, result);
      this.#rest();
    }
  }

  /** Waits for the next job. */
  #rest(): void {
    this.#isBusy = false;
    if (this.#orders.idleTimeout !== null) this.#end = after(currentTime(), this.#orders.idleTimeout);
    this.#rested.wakeAll();
  }

  /** Runs a job; its result, or a promise of it. */
  #begin(job: JobMessage): unknown {
    try {
      return this.#runner.run(job);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Sends a result for which nothing is to be waited, which would cost a small job a good part of its time. */
  #sendAtOnce(jobs: Jobs, result: unknown): boolean {
    if (this.#orders.retire !== null || isPromise(result)) return false;
    try {
      return jobs.trySend([true, result]);
    } catch {
      // The receiver of the false finds out why.
      return false;
    }
  }

  /** Answers the job that was begun. */
  async #finish(jobs: Jobs, job: JobMessage, result: unknown): Promise<void> {
    let error: unknown;
    try {
      error = await this.#sendResult(jobs, job, await result);
    } catch (thrown) {
      error = thrown ?? new Error(`The job threw ${String(thrown)}`);
    }
    if (error !== null) {
      const { path } = currentRuntime().self;
      const box = (one: unknown) =>
        boxError(one, path, (part) => part instanceof RemoteActorError ? part : null);
      const refusal = await sendReply(jobs, [false, box(error)]);
      if (refusal !== null) await jobs.send([false, box(refusal)]);
    }
    const { retire } = this.#orders;
    if (retire !== null && await this.#runner.runHook(retire) === true) this.#isOver = true;
  }

  /** @returns Why the result cannot be sent; null if it was. */
  async #sendResult(jobs: Jobs, job: JobMessage, result: unknown): Promise<PayloadError | null> {
    const refusal = await sendReply(jobs, [true, result]);
    const reason = refusal === null ? null : whyRefused(result);
    return reason === null
      ? refusal
      : new PayloadError(`Cannot send the result of "${this.#runner.nameOf(job)}": ${reason}`);
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}

/** The next job; null if there are no more. */
async function nextJob(jobs: Jobs): Promise<JobMessage | null> {
  try {
    return await jobs.next();
  } catch (error) {
    if (error instanceof EndOfChannel || error instanceof ClosedResourceError) return null;
    throw error;
  }
}

/** @returns Why it cannot be sent; null if it was. */
async function sendReply(jobs: Jobs, reply: JobReply): Promise<PayloadError | null> {
  try {
    if (!jobs.trySend(reply)) await jobs.send(reply);
    return null;
  } catch (error) {
    if (error instanceof PayloadError) return error;
    throw error;
  }
}
