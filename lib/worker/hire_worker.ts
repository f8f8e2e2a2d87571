/** Makes workers: actors that serve nothing but jobs of their parent. */
import { childProcess, childThread } from "../actor/process/child_actor.ts";
import type { ActorSystem } from "../actor/current_actor.ts";
import type { ActorRuntime } from "../actor/runtime.ts";
import type { ResolvedContextOptions } from "./context_options.ts";
import { WORKER_MODULE } from "./job.ts";
import { Worker } from "./worker.ts";

/** Milliseconds until a worker must be there. */
const START_TIMEOUT_MS = 60_000;

/** How many were made in an actor: each has a name of its own. */
const hired = new WeakMap<ActorRuntime, number>();

/** See the module. It is yet to be started. */
export function hireWorker(
  system: ActorSystem,
  runtime: ActorRuntime,
  { idleTimeout, init, retire, orphans, sigterm, workerType }: ResolvedContextOptions,
): Worker {
  const number = (hired.get(runtime) ?? 0) + 1;
  hired.set(runtime, number);
  const name = `worker-${number}`;
  const actor = (workerType === "thread" ? childThread : childProcess)(system, runtime, {
    name,
    modules: { "": WORKER_MODULE },
    main: { export: "live", args: [], isOptional: false },
    diesWithParent: orphans === "kill",
    death: "kill",
    sigterm,
    debug: false,
    startTimeoutMs: START_TIMEOUT_MS,
    // A worker that is ended before its time has nothing to clean up, and may be in a loop without an end.
    graceMs: 0,
  });
  return new Worker({
    name,
    actor,
    owner: runtime,
    orders: { idleTimeout: idleTimeout === Infinity ? null : idleTimeout, init, retire },
    findProcess: workerType === "thread" ? null : (pid) => system.host.processes.find(pid),
  });
}
