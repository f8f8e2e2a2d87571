/** Jobs and what becomes of them, as they go over the stream between a context and its workers. */
import type { ResolvedHook } from "./context_options.ts";

/** The module that every worker serves; no file, but a part of this program. */
export const WORKER_MODULE = "supervise:worker";

/** The first message to a worker. Infinite times are null. */
export interface WorkerOrders {
  readonly idleTimeout: number | null;
  readonly init: ResolvedHook | null;
  readonly retire: ResolvedHook | null;
}

/** A function to run: the number that it has in this worker, and at the first time where it is found. */
export type FunctionRef = number | readonly [number: number, url: string, name: string];

/** A job: a function and its arguments; or, for a chunk of several calls of the same function, the arguments of each. */
export type JobMessage = readonly [call: FunctionRef, args: readonly unknown[], isChunk?: true];

/** The outcome of a job: a result, or a boxed error. */
export type JobReply = readonly [isOk: true, result: unknown] | readonly [isOk: false, box: unknown];

/** A job, as its caller describes it. */
export interface Job {
  /** The name that errors give it. */
  readonly name: string;
  /** The URL of its module. */
  readonly url: string;
  readonly args: readonly unknown[];
  /** Whether it is several calls, and `args` has the arguments of each. */
  readonly isChunk: boolean;
  /** Whether a cancel kills its worker; otherwise it is waited for, whatever is cancelled meanwhile. */
  readonly killOnCancel: boolean;
  readonly limits: JobLimits | null;
}

/** Limits of one job: one that reaches them is ended with its worker. A limit that is not given is none. */
export interface JobLimits {
  /**
   * Bytes of memory that the worker's process may have in use, its runtime included, which takes some 30 to 60 MB by itself. Looked at
   * every 50 ms. Not for threads.
   */
  readonly memory?: number;
  /** Milliseconds of processor time, over all cores. Looked at every 50 ms. Not for threads. */
  readonly cpuTime?: number;
  /** Milliseconds from the start of the job to its end. */
  readonly wallTime?: number;
}

/**
 * Checks what a job may use.
 *
 * @returns Null if there is nothing to watch.
 * @throws {TypeError} If a limit is no number.
 * @throws {RangeError} If it is not positive.
 */
export function checkLimits(limits: JobLimits | undefined): JobLimits | null {
  if (limits === undefined) return null;
  const given = Object.entries(limits).filter(([, value]) => value !== undefined && value !== Infinity);
  for (const [name, value] of given as readonly (readonly [string, unknown])[]) {
    if (!LIMIT_NAMES.has(name)) throw new RangeError(`Cannot limit a job: there is no limit "${name}"`);
    if (typeof value !== "number") throw new TypeError(`Cannot limit a job: ${name} must be a number`);
    if (!(value > 0)) {
      throw new RangeError(`Cannot limit a job: ${name} must be more than 0, and is ${value}`);
    }
  }
  return given.length === 0 ? null : limits;
}

const LIMIT_NAMES: ReadonlySet<string> = new Set(["memory", "cpuTime", "wallTime"]);
