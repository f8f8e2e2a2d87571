import { fromPromise } from "../bridge/from_promise.ts";
import { type ActorSystem, ensureRuntime } from "../actor/current_actor.ts";
import { openNursery } from "../scope/nursery.ts";
import {
  resolveContextOptions,
  type ResolvedContextOptions,
  type WorkerContextOptions,
} from "./context_options.ts";
import { hireWorker } from "./hire_worker.ts";
import { WorkerContext } from "./worker_context.ts";

/** @internal See `openWorkerContext` of the library. */
export async function openWorkerContextOn<T>(
  opening: Promise<ActorSystem>,
  options: WorkerContextOptions,
  body: (context: WorkerContext) => T | Promise<T>,
): Promise<T> {
  const system = await fromPromise(opening);
  return await withWorkerContext(system, resolveContextOptions(options, system.program.cwd), body);
}

/** Runs `body` with a context, and ends its workers. @throws {BrokenWorkerError} If some have not ended well. */
export async function withWorkerContext<T>(
  system: ActorSystem,
  options: ResolvedContextOptions,
  body: (context: WorkerContext) => T | Promise<T>,
): Promise<T> {
  const runtime = await ensureRuntime(system);
  let value: T;
  await openNursery(async (workers) => {
    const context = new WorkerContext(options, workers, () => hireWorker(system, runtime, options));
    try {
      value = await body(context);
    } finally {
      await context.close();
    }
  }, { collapse: true });
  return value!;
}
