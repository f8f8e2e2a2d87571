import type { Clock } from "./clock.ts";

/** What all tasks of one `run()` share. */
export class RunState {
  readonly clock: Clock;
  #activity = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Counts every start and every resumption: two equal readings mean that nothing ran in between. */
  get activity(): number {
    return this.#activity;
  }

  /** Starts a task, not before the present code has come to its next await. */
  start(job: () => void): void {
    this.#activity += 1;
    queueMicrotask(job);
  }

  /** Lets a waiting task go on. */
  resume(job: () => void): void {
    this.#activity += 1;
    job();
  }
}
