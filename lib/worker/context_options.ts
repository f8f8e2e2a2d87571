/** How the workers of a context live. */
import { ActorModule, moduleUrl } from "../actor/process/actor_module.ts";

/** A function that runs in each worker: one that its module exports. */
export interface WorkerHook {
  /** `actorModule(...)`, a URL, or a path. */
  readonly module: ActorModule | string | URL;
  readonly export: string;
  /** @default {[]} */
  readonly args?: readonly unknown[];
}

/** See the module. Follows trio-parallel's `open_worker_context`; times are in milliseconds. */
export interface WorkerContextOptions {
  /**
   * How long a worker waits for a job before it ends by itself; `Infinity` for as long as the context is open.
   *
   * @default {600_000}
   */
  readonly idleTimeout?: number;
  /** Runs in each worker before its first job; may be async. If it fails, so does the job. */
  readonly init?: WorkerHook;
  /**
   * Runs in a worker after each job; the worker ends if it returns true. Modules keep their state from job to job. If it fails,
   * so does the context at its end, or a job that the worker was given before that was known.
   */
  readonly retire?: WorkerHook;
  /**
   * How long workers may take to end when the context ends, before they are killed; `Infinity` for as long as it takes.
   *
   * @default {30_000}
   */
  readonly gracePeriod?: number;
  /**
   * `process`: with memory of its own, and killed at any moment. `thread`: of this process; it is cheaper, shares memory
   * by SharedArrayBuffer, and takes this process along when it crashes.
   *
   * @default {"process"}
   */
  readonly workerType?: "process" | "thread";
  /**
   * The fate of a running job when this process dies, even by SIGKILL: it is killed at once, or it may finish. A
   * worker without a job ends in any case.
   *
   * @default {"kill"}
   */
  readonly orphans?: "kill" | "finish";
  /**
   * The effect of SIGTERM on a worker. Ignored, it is for this process to decide: a signal to a whole group or service does not
   * break jobs that this process still waits for, and when it ends its workers do.
   *
   * @default {"ignore"}
   */
  readonly sigterm?: "ignore" | "die";
}

/** A hook as it is told to workers. */
export interface ResolvedHook {
  readonly url: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** Options with nothing left open. */
export interface ResolvedContextOptions extends Required<Omit<WorkerContextOptions, "init" | "retire">> {
  readonly init: ResolvedHook | null;
  readonly retire: ResolvedHook | null;
}

/**
 * Checks options, and fills in what is not given.
 *
 * @throws {TypeError} If something has not the type that it must have.
 * @throws {RangeError} If a time is negative, or a word is none of those that are known.
 */
export function resolveContextOptions(options: WorkerContextOptions, cwd: string): ResolvedContextOptions {
  if (options === null || typeof options !== "object") {
    throw new TypeError(`${PROBLEM}: options must be an object`);
  }
  const { idleTimeout = 600_000, gracePeriod = 30_000 } = options;
  const resolved = {
    idleTimeout: timeOf("idleTimeout", idleTimeout),
    gracePeriod: timeOf("gracePeriod", gracePeriod),
    init: hookOf("init", options.init, cwd),
    retire: hookOf("retire", options.retire, cwd),
    workerType: oneOf("workerType", options.workerType, ["process", "thread"]),
    orphans: oneOf("orphans", options.orphans, ["kill", "finish"]),
    sigterm: oneOf("sigterm", options.sigterm, ["ignore", "die"]),
  } as const;
  if (resolved.workerType === "thread" && (options.orphans === "finish" || options.sigterm === "die")) {
    throw new RangeError(
      `${PROBLEM}: threads end with their process; orphans and sigterm are for workerType "process"`,
    );
  }
  return resolved;
}

const PROBLEM = "Cannot open a worker context";

function timeOf(name: string, value: unknown): number {
  if (typeof value !== "number" || Number.isNaN(value)) {
    throw new TypeError(`${PROBLEM}: ${name} must be a number of milliseconds, and is ${String(value)}`);
  }
  if (value < 0) throw new RangeError(`${PROBLEM}: ${name} must not be negative, and is ${value}`);
  return value;
}

function oneOf<T extends string>(
  name: string,
  value: T | undefined,
  known: readonly [T, ...T[]],
): T {
  if (value === undefined) return known[0];
  if (typeof value !== "string") throw new TypeError(`${PROBLEM}: ${name} must be a string`);
  if (known.includes(value)) return value;
  const words = known.map((one) => `"${one}"`).join(" or ");
  throw new RangeError(`${PROBLEM}: ${name} must be ${words}, and is "${String(value)}"`);
}

function hookOf(name: string, hook: WorkerHook | undefined, cwd: string): ResolvedHook | null {
  if (hook === undefined) return null;
  if (typeof hook === "function") {
    throw new TypeError(
      `${PROBLEM}: ${name} is a function, which cannot cross to a worker; export it from a module and give { module, export }`,
    );
  }
  if (
    hook === null || typeof hook !== "object" || typeof hook.export !== "string" || !isModule(hook.module)
  ) {
    throw new TypeError(`${PROBLEM}: ${name} must be { module, export }`);
  }
  const { args = [] } = hook;
  if (!Array.isArray(args)) throw new TypeError(`${PROBLEM}: args of ${name} must be an array`);
  return { url: moduleUrl(hook.module, cwd), name: hook.export, args };
}

function isModule(module: unknown): boolean {
  return typeof module === "string" || module instanceof URL || module instanceof ActorModule;
}
