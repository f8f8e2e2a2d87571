import { fromPromise } from "../bridge/from_promise.ts";
import { type ActorModule, moduleUrl } from "../actor/process/actor_module.ts";
import { type ActorSystem, ensureRuntime, findRuntime } from "../actor/current_actor.ts";
import { rebuildError } from "../actor/error_types.ts";
import { RemoteActorError } from "../actor/errors.ts";
import type { ActorRuntime } from "../actor/runtime.ts";
import { CancelScope } from "../scope/cancel_scope.ts";
import { checkpoint } from "../scope/park.ts";
import { CapacityLimiter } from "../sync/capacity_limiter.ts";
import type { Context } from "../sync/context.ts";
import { Event } from "../sync/event.ts";
import { readErrorBox } from "../wire/error_box.ts";
import { contextHere, limiterHere, openContextHere } from "./default_workers.ts";
import { checkLimits, type Job, type JobLimits, type JobReply } from "./job.ts";
import { waitFor } from "./wait_for.ts";
import { WorkerContext } from "./worker_context.ts";

/** How a job runs. */
export interface JobOptions {
  /**
   * Whether a cancel kills the worker in the middle of the job. Otherwise it waits until the job is done, whose result is then
   * returned: the cancel is raised at the caller's next checkpoint.
   *
   * @default {false}
   */
  readonly killOnCancel?: boolean;
  /**
   * The bound of jobs that run at once: a limiter, or anything that is held while the job runs. A token is held for as
   * long as the work goes on, also where its caller does not wait any more.
   *
   * @default The limiter that `currentDefaultWorkerLimiter` gives.
   */
  readonly limiter?: CapacityLimiter | Context<unknown>;
  /** @default That of the `cacheScope` around, or the default one. */
  readonly context?: WorkerContext;
  /** Its limits: a job that reaches one is ended with its worker. */
  readonly limits?: JobLimits;
}

/** A module as jobs name it. */
export type JobModule = ActorModule<unknown> | string | URL;

/** @internal See `runSync` of the library. */
export async function runSyncOn(
  opening: ActorSystem | Promise<ActorSystem>,
  module: JobModule,
  name: string,
  args: readonly unknown[],
  options: JobOptions,
): Promise<unknown> {
  await checkpoint();
  requireNames(module, name);
  if (!Array.isArray(args)) {
    throw new TypeError(`Cannot run "${name}" in a worker: its arguments must be an array`);
  }
  const { killOnCancel = false } = options;
  const limits = checkLimits(options.limits);
  const system = opening instanceof Promise ? await fromPromise(opening) : opening;
  const known = findRuntime();
  const runtime = known?.isReady === true ? known : await ensureRuntime(system);
  const url = moduleUrl(module, system.program.cwd);
  const job = { name, url, args, isChunk: false, killOnCancel, limits };
  return resultOf(await runJob(system, runtime, job, options));
}

/** @internal Runs a job where its options say. */
export function runJob(
  system: ActorSystem,
  runtime: ActorRuntime,
  job: Job,
  { context, limiter = limiterHere(system, runtime) }: Pick<JobOptions, "limiter" | "context">,
): Promise<JobReply> {
  if (context !== undefined && !(context instanceof WorkerContext)) {
    throw new TypeError(`Cannot run "${job.name}" in a worker: its context must be one of openWorkerContext`);
  }
  return heldBy(limiter, (onOver) => {
    const open = context ?? openContextHere(runtime);
    return open === null ? runHere(system, runtime, job, onOver) : open.run(job, onOver);
  });
}

/** @internal What a job has come to. @throws What it has thrown. */
export function resultOf(reply: JobReply): unknown {
  if (reply[0]) return reply[1];
  throw rebuildError(readErrorBox(reply[1]), (box) => new RemoteActorError(box));
}

/** In the context of callers that name none, which is not open. */
async function runHere(
  system: ActorSystem,
  runtime: ActorRuntime,
  job: Job,
  onOver: () => void,
): Promise<JobReply> {
  let context: WorkerContext;
  try {
    context = await waitFor(job, () => contextHere(system, runtime));
    // It may have been replaced in this very moment.
    for (let last: WorkerContext | null = null; context.isClosed && context !== last;) {
      [last, context] = [context, await waitFor(job, () => contextHere(system, runtime))];
    }
  } catch (error) {
    onOver();
    throw error;
  }
  return await context.run(job, onOver);
}

/** @internal @throws {TypeError} If what is to run is not given by its names. */
export function requireNames(module: unknown, name: unknown): void {
  if (typeof module === "function" || typeof name === "function") {
    throw new TypeError(
      "Cannot run a function as it stands in a worker: what it closes over does not cross; " +
        "export it from a module, and give the module and the name of the export",
    );
  }
  if (typeof name !== "string") throw new TypeError("Cannot run this in a worker: the name must be a string");
}

type Work = (onOver: () => void) => Promise<JobReply>;

/** Holds on to what bounds the work until that is over, and not before. */
function heldBy(limiter: CapacityLimiter | Context<unknown>, work: Work): Promise<JobReply> {
  if (!(limiter instanceof CapacityLimiter)) return heldByContext(limiter, work);
  if (limiter.availableTokens === 0) return heldLater(limiter, work);
  // Where nobody waits the checkpoint at the beginning is enough.
  const borrower = {};
  limiter.acquireNowait(borrower);
  return work(() => limiter.release(borrower));
}

async function heldLater(limiter: CapacityLimiter, work: Work): Promise<JobReply> {
  const borrower = {};
  await limiter.acquireOnBehalfOf(borrower);
  return await work(() => limiter.release(borrower));
}

async function heldByContext(limiter: Context<unknown>, work: Work): Promise<JobReply> {
  const over = new Event();
  let reply: JobReply;
  await limiter(async () => {
    try {
      reply = await work(() => over.set());
    } finally {
      await new CancelScope({ shield: true }).run(() => over.wait());
    }
  });
  return reply!;
}
