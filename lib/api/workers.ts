import type { ActorModule } from "../actor/process/actor_module.ts";
import type { Calls } from "../actor/dialog/portal.ts";
import type { ArgsOf, ResultOf } from "../actor/process/one_shot.ts";
import type { CapacityLimiter } from "../sync/capacity_limiter.ts";
import type { ReceiveChannel } from "../sync/memory_channel.ts";
import type { WorkerContextOptions } from "../worker/context_options.ts";
import {
  cacheScopeOn,
  configureDefaults,
  defaultLimiterOn,
  defaultStatistics,
} from "../worker/default_workers.ts";
import { mapOn, type MapOptions } from "../worker/map.ts";
import type { Items } from "../worker/map_items.ts";
import { openWorkerContextOn } from "../worker/open_worker_context.ts";
import { type JobOptions, runSyncOn } from "../worker/run_sync.ts";
import type { WorkerContext, WorkerStatistics } from "../worker/worker_context.ts";
import { openSystem, systemHere, thisProgram } from "./system.ts";

/**
 * Runs a function that keeps a processor busy in a worker, and gives its result or throws its error, which is of its own class if
 * that is known here ({@linkcode registerErrorType}). Workers are kept for the next job. Follows trio-parallel's `run_sync`; the
 * function may be async too, and its worker does nothing else meanwhile.
 *
 * A cancel waits for the job by default; with `killOnCancel` its worker is killed. A job that a worker has taken is
 * never run again.
 *
 * @param module `actorModule(...)`, a URL, or a path; it is imported in the worker, never here.
 * @param call Name of a function that it exports.
 * @param args What it is called with; values cross as between actors.
 * @throws What the function throws.
 * @throws {PayloadError} If an argument or the result cannot cross.
 * @throws {NotExposed} If the module exports no such function.
 * @throws {BrokenWorkerError} If the worker ends in the middle.
 * @throws {JobLimitExceeded} If the job takes more than its `limits` allow.
 * @throws {ClosedResourceError} If the context is closed.
 * @throws {Cancelled} Before the job has begun; later only with `killOnCancel`, and then its worker is gone.
 *
 * @example
 * ```ts
 * import { actorModule, run, runSync } from "supervise";
 *
 * const numbers = actorModule<typeof import("../examples/workers/numbers.ts")>("examples/workers/numbers.ts");
 *
 * console.log(await run(() => runSync(numbers, "countPrimes", [2, 100_000]))); // 9592
 * ```
 */
export function runSync<M, K extends keyof Calls<M> & string>(
  module: ActorModule<M> | string | URL,
  call: K,
  args: ArgsOf<M, K>,
  options: JobOptions = {},
): Promise<ResultOf<M, K>> {
  return runSyncOn(systemHere(), module, call, args, options) as Promise<ResultOf<M, K>>;
}

/**
 * Runs a function over many items in workers, each as its only argument, and `body` with the results, in the order of the items.
 * Items are taken from their source only as far ahead as there is room for results. The first error ends all of it, and
 * so does `body` when it returns.
 *
 * @param items An array, or anything that can be iterated, asynchronously too; may be endless.
 * @returns What `body` returned.
 * @throws Whatever {@linkcode runSync} does; several errors at once in an {@linkcode ErrorGroup}.
 *
 * @example
 * ```ts
 * import { actorModule, map, run } from "supervise";
 *
 * const numbers = actorModule<typeof import("../examples/workers/numbers.ts")>("examples/workers/numbers.ts");
 *
 * await run(() =>
 *   map(numbers, "smallestDivisor", [91, 97, 1_001], async (divisors) => {
 *     for await (const divisor of divisors) console.log(divisor); // 7, 97, 7
 *   })
 * );
 * ```
 */
export async function map<M, K extends keyof Calls<M> & string, T>(
  module: ActorModule<M> | string | URL,
  call: K,
  items: Items<ItemOf<M, K>>,
  body: (results: ReceiveChannel<ResultOf<M, K>>) => T | Promise<T>,
  options: MapOptions = {},
): Promise<T> {
  return await mapOn(openSystem(), true, [module, call, items], body as MapBody<T>, options);
}

/** {@linkcode map} with the results in the order in which they come. */
export async function mapUnordered<M, K extends keyof Calls<M> & string, T>(
  module: ActorModule<M> | string | URL,
  call: K,
  items: Items<ItemOf<M, K>>,
  body: (results: ReceiveChannel<ResultOf<M, K>>) => T | Promise<T>,
  options: MapOptions = {},
): Promise<T> {
  return await mapOn(openSystem(), false, [module, call, items], body as MapBody<T>, options);
}

/** The argument of a function that takes one. */
type ItemOf<M, K extends keyof Calls<M>> = ArgsOf<M, K> extends [(infer Item)?, ...unknown[]] ? Item : never;
type MapBody<T> = (results: ReceiveChannel<unknown>) => T | Promise<T>;

/**
 * Runs `body` with workers of their own. At its end no more jobs are taken, those that run are waited for whatever is cancelled
 * meanwhile, and then all workers are ended. Follows trio-parallel's `open_worker_context`.
 *
 * @returns What `body` returned.
 * @throws {TypeError} If an option has the wrong type.
 * @throws {RangeError} If an option makes no sense.
 * @throws {BrokenWorkerError} If workers had to be killed at the end, or have failed at it.
 *
 * @example Threads that end after a second without a job
 * ```ts
 * import { actorModule, openWorkerContext, run, runSync } from "supervise";
 *
 * const numbers = actorModule<typeof import("../examples/workers/numbers.ts")>("examples/workers/numbers.ts");
 *
 * await run(() =>
 *   openWorkerContext({ workerType: "thread", idleTimeout: 1_000 }, async (context) => {
 *     console.log(await runSync(numbers, "countPrimes", [2, 1_000], { context })); // 168
 *     console.log(context.statistics()); // { idleWorkers: 1, runningWorkers: 0 }
 *   })
 * );
 * ```
 */
export async function openWorkerContext<T>(
  options: WorkerContextOptions,
  body: (context: WorkerContext) => T | Promise<T>,
): Promise<T> {
  return await openWorkerContextOn(openSystem(), options, body);
}

/**
 * Runs `body` with workers of their own, which all jobs below use that name no context: those of the tasks whose nursery was
 * opened inside, from wherever they are started. May be nested. Follows trio-parallel's `cache_scope`.
 *
 * @returns What `body` returned.
 * @throws The errors of {@linkcode openWorkerContext}.
 */
export async function cacheScope<T>(options: WorkerContextOptions, body: () => T | Promise<T>): Promise<T> {
  return await cacheScopeOn(openSystem(), options, body);
}

/**
 * Sets how the workers live of jobs that name no context. Workers of the calling run that are there already end, after
 * what they do. Follows trio-parallel's `configure_default_context`.
 *
 * @throws {TypeError} If an option has the wrong type.
 * @throws {RangeError} If an option makes no sense.
 */
export function configureDefaultContext(options: WorkerContextOptions): void {
  configureDefaults(options, thisProgram().cwd);
}

/** How many workers the default context of the calling run has. */
export function defaultContextStatistics(): WorkerStatistics {
  return defaultStatistics();
}

/**
 * The bound of jobs of the calling run that are done at once, unless they name another limiter: one for each processor. Its
 * `totalTokens` may be changed.
 */
export async function currentDefaultWorkerLimiter(): Promise<CapacityLimiter> {
  return await defaultLimiterOn(openSystem());
}
