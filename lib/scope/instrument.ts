import type { TaskInfo } from "./task_info.ts";

/**
 * Is told what the scheduler does, at the moment when it does it: for tracing and for statistics. Trio's instruments, as
 * far as a runtime that schedules promises itself lets them be seen.
 *
 * An instrument that throws is taken out, and the error goes to `onInstrumentError` of the run; it never breaks the run.
 */
export interface Instrument {
  /** The run begins. */
  beforeRun?(): void;
  /** The run is over: no task is left. */
  afterRun?(): void;
  /** A task was born; it runs soon. */
  taskSpawned?(task: TaskInfo): void;
  /** A task begins to wait. `what` names the primitive, such as `sleep` or `receive`. */
  taskBlocked?(task: TaskInfo, what: string): void;
  /** A wait of a task is over; it goes on soon. */
  taskScheduled?(task: TaskInfo): void;
  /** A task has returned, or thrown `error`. */
  taskExited?(task: TaskInfo, error: unknown): void;
}
