/** Errors of workers, beside those that the functions throw that run in them. */
import { nameSome } from "../base/name_some.ts";
import { describeStatus } from "../actor/errors.ts";
import { registerErrorType } from "../actor/error_types.ts";
import type { ExitStatus } from "../host/ports/processes.ts";

/** A worker that has ended, or was ended. */
export interface BrokenWorker {
  readonly name: string;
  readonly type: "process" | "thread";
  /** Number of its process; that of this one if it was a thread. */
  readonly pid: number;
  /** How it ended; null if it never began. */
  readonly status: ExitStatus | null;
}

/**
 * A worker has ended that was not to end: in the middle of a job, before it was ready, or later than it was given time
 * for. A job that a worker has taken is never run again. Follows trio-parallel's `BrokenWorkerError`.
 */
export class BrokenWorkerError extends Error {
  override readonly name = "BrokenWorkerError";
  /** All that have broken: one, but at the end of a context. */
  readonly workers: readonly BrokenWorker[];

  /** @internal */
  constructor(message: string, workers: readonly BrokenWorker[], options?: ErrorOptions) {
    super(`${message}: ${nameSome(workers.map(describe))}`, options);
    this.workers = workers;
  }

  /** How the first of them has ended; null if it never began. */
  get status(): ExitStatus | null {
    return this.workers[0]?.status ?? null;
  }
}

/** The resources of a job that have a limit. */
export type LimitName = "memory" | "cpuTime" | "wallTime";

/** A job has used more than it may, and was ended with its worker. */
export class JobLimitExceeded extends Error {
  override readonly name = "JobLimitExceeded";
  /** Which limit it was. */
  readonly limit: LimitName;
  /** The limit: bytes of memory, or milliseconds. */
  readonly allowed: number;
  /** The amount that had been used when that was noticed. */
  readonly used: number;

  /** @internal */
  constructor(job: string, limit: LimitName, allowed: number, used: number) {
    const [what, unit] = LIMITS[limit];
    super(`The job "${job}" took more ${what} than it may: ${used} ${unit}, and ${allowed} are allowed`);
    this.limit = limit;
    this.allowed = allowed;
    this.used = used;
  }
}

const LIMITS: Readonly<Record<LimitName, readonly [string, string]>> = {
  memory: ["memory", "bytes"],
  cpuTime: ["processor time", "ms"],
  wallTime: ["time", "ms"],
};

function describe({ name, type, pid, status }: BrokenWorker): string {
  return `${name} (${type === "thread" ? "a thread" : `process ${pid}`}), ${
    status === null ? "which never began" : describeStatus(status)
  }`;
}

registerErrorType(BrokenWorkerError);
registerErrorType(JobLimitExceeded);
