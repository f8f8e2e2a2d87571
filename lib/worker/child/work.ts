/**
 * What runs in a worker: it takes one job after the other, until it has had none for a while, or is to retire, or the
 * context has no more.
 *
 * Invariants:
 * 1. A job that was received is answered before anything else: an end of the stream without an answer says that the job was
 *    not taken.
 * 2. What a job does is not cancelled: it runs to its end, or its process is killed.
 */
import { context } from "../../actor/dialog/exposed.ts";
import type { MsgStream } from "../../actor/dialog/msg_stream.ts";
import type { ServedContext } from "../../actor/dialog/served_context.ts";
import { currentRuntime } from "../../actor/current_actor.ts";
import { RemoteActorError } from "../../actor/errors.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { moveOnAfter } from "../../scope/timeouts.ts";
import { EndOfChannel } from "../../sync/channel_errors.ts";
import { Event } from "../../sync/event.ts";
import { boxError } from "../../wire/error_box.ts";
import { PAYLOAD_LIMITS, PayloadError } from "../../wire/payload.ts";
import { whyNotCarried } from "../../wire/why_not_carried.ts";
import { type JobMessage, type Reply, WORKER_MODULE, type WorkerOrders } from "../job.ts";
import { type Exports, JobRunner, type LoadModule } from "./job_runner.ts";

/** The stream as a worker sees it. */
type Jobs = MsgStream<JobMessage, Reply>;

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
    work: context(async (ctx: ServedContext<void, Reply, JobMessage>, orders: WorkerOrders) => {
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

  constructor(runner: JobRunner, orders: WorkerOrders) {
    this.#runner = runner;
    this.#orders = orders;
  }

  async run(ctx: ServedContext<void, Reply, JobMessage>): Promise<void> {
    const { init } = this.#orders;
    if (init !== null) await fromPromise(this.#runner.run([init.url, init.name, init.args]));
    await ctx.started();
    await ctx.openStream((jobs) => this.#takeJobs(jobs));
  }

  async #takeJobs(jobs: Jobs): Promise<void> {
    let isLast = false;
    for (let leastMs = FIRST_JOB_MS; !isLast; leastMs = 0) {
      const job = await this.#nextJob(jobs, leastMs);
      if (job === null) return;
      isLast = (await new CancelScope({ shield: true }).run(() => this.#do(jobs, job)))!;
    }
  }

  /** Null if there are no more, or if none has come in time. */
  async #nextJob(jobs: Jobs, leastMs: number): Promise<JobMessage | null> {
    const { idleTimeout } = this.#orders;
    if (idleTimeout === null) return await nextJob(jobs);
    return await moveOnAfter(Math.max(idleTimeout, leastMs), () => nextJob(jobs)) ?? null;
  }

  /** @returns Whether it is the last one. */
  async #do(jobs: Jobs, job: JobMessage): Promise<boolean> {
    let error: unknown;
    try {
      const result = await this.#runner.run(job);
      error = await sendResult(jobs, job, result);
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
    return retire !== null && await this.#runner.run([retire.url, retire.name, retire.args]) === true;
  }
}

/** Null if there are no more. */
async function nextJob(jobs: Jobs): Promise<JobMessage | null> {
  try {
    return await jobs.receive();
  } catch (error) {
    if (error instanceof EndOfChannel) return null;
    throw error;
  }
}

/** @returns Why the result cannot be sent; null if it was. */
async function sendResult(jobs: Jobs, [, name]: JobMessage, result: unknown): Promise<PayloadError | null> {
  const refusal = await sendReply(jobs, [true, result]);
  if (refusal === null) return null;
  const reason = whyNotCarried(result, PAYLOAD_LIMITS);
  return reason === null ? refusal : new PayloadError(`Cannot send the result of "${name}": ${reason}`);
}

/** @returns Why it cannot be sent; null if it was. */
async function sendReply(jobs: Jobs, reply: Reply): Promise<PayloadError | null> {
  try {
    await jobs.send(reply);
    return null;
  } catch (error) {
    if (error instanceof PayloadError) return error;
    throw error;
  }
}
