/** The workers of an actor for jobs that name no context: they are started when first needed, and end with the actor. */
import { fromPromise } from "../bridge/from_promise.ts";
import { type ActorSystem, ensureRuntime, findRuntime } from "../actor/current_actor.ts";
import type { ActorRuntime } from "../actor/runtime.ts";
import { TreeLocal } from "../scope/locals.ts";
import { CapacityLimiter } from "../sync/capacity_limiter.ts";
import { Event } from "../sync/event.ts";
import { resolveContextOptions, type WorkerContextOptions } from "./context_options.ts";
import { openWorkerContextOn, withWorkerContext } from "./open_worker_context.ts";
import type { WorkerContext, WorkerStatistics } from "./worker_context.ts";

/** A context, and the word that nobody takes it any more. */
interface OpenContext {
  readonly opened: Event;
  readonly replaced: Event;
  context: WorkerContext | null;
}

class DefaultWorkers {
  readonly limiter: CapacityLimiter;
  readonly #system: ActorSystem;
  readonly #runtime: ActorRuntime;
  #current: OpenContext | null = null;

  constructor(system: ActorSystem, runtime: ActorRuntime) {
    this.#system = system;
    this.#runtime = runtime;
    this.limiter = new CapacityLimiter(system.host.processors);
  }

  get statistics(): WorkerStatistics {
    return this.#current?.context?.statistics() ?? NONE;
  }

  /** The context, if it takes jobs; null if it does not yet, or does no more. */
  get openContext(): WorkerContext | null {
    const context = this.#current?.context ?? null;
    return context?.isClosed === false ? context : null;
  }

  /** The context, which is opened if there is none. It may have been replaced when the wait ends. */
  async context(): Promise<WorkerContext> {
    this.#current ??= this.#open();
    const current = this.#current;
    if (!current.opened.isSet) await current.opened.wait();
    return current.context!;
  }

  /** Lets the next job open another one; workers end when they have done what they do. */
  replace(): void {
    this.#current?.replaced.set();
    this.#current = null;
  }

  #open(): OpenContext {
    const one: OpenContext = { opened: new Event(), replaced: new Event(), context: null };
    const options = resolveContextOptions(defaults, this.#system.program.cwd);
    this.#runtime.startService("workers", () =>
      withWorkerContext(this.#system, options, async (context) => {
        one.context = context;
        one.opened.set();
        await one.replaced.wait();
      }));
    return one;
  }
}

const NONE: WorkerStatistics = { idleWorkers: 0, runningWorkers: 0 };
const workersOf = new WeakMap<ActorRuntime, DefaultWorkers>();
const scoped = new TreeLocal<WorkerContext | null>(null);
let defaults: WorkerContextOptions = {};

/** The context that a job runs in which names none, that of the scope around or the actor's; null if it takes no jobs yet. */
export function openContextHere(runtime: ActorRuntime): WorkerContext | null {
  return scoped.get() ?? workersOf.get(runtime)?.openContext ?? null;
}

/** {@linkcode openContextHere}, which is waited for. */
export async function contextHere(system: ActorSystem, runtime: ActorRuntime): Promise<WorkerContext> {
  return scoped.get() ?? await defaultWorkers(system, runtime).context();
}

/** The limiter of jobs that name none. */
export function limiterHere(system: ActorSystem, runtime: ActorRuntime): CapacityLimiter {
  return defaultWorkers(system, runtime).limiter;
}

/** @internal See `currentDefaultWorkerLimiter` of the library. */
export async function defaultLimiterOn(opening: Promise<ActorSystem>): Promise<CapacityLimiter> {
  const system = await fromPromise(opening);
  return limiterHere(system, await ensureRuntime(system));
}

/** @internal See `cacheScope` of the library. */
export async function cacheScopeOn<T>(
  opening: Promise<ActorSystem>,
  options: WorkerContextOptions,
  body: () => T | Promise<T>,
): Promise<T> {
  return await openWorkerContextOn(opening, options, (context) => scoped.run(context, body));
}

/** @internal See `configureDefaultContext` of the library. */
export function configureDefaults(options: WorkerContextOptions, cwd: string): void {
  resolveContextOptions(options, cwd);
  defaults = { ...options };
  const runtime = findRuntime();
  if (runtime !== null) workersOf.get(runtime)?.replace();
}

/** @internal See `defaultContextStatistics` of the library. */
export function defaultStatistics(): WorkerStatistics {
  const runtime = findRuntime();
  return (runtime === null ? undefined : workersOf.get(runtime)?.statistics) ?? NONE;
}

function defaultWorkers(system: ActorSystem, runtime: ActorRuntime): DefaultWorkers {
  let workers = workersOf.get(runtime);
  if (workers === undefined) workersOf.set(runtime, workers = new DefaultWorkers(system, runtime));
  return workers;
}
