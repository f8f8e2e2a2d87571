/** Gates in shared memory, for jobs of threads. */
import { actorModule, testing } from "../../mod.ts";
import { GATE, THERE } from "./modules/thread_jobs.ts";

export type ThreadJobs = typeof import("./modules/thread_jobs.ts");
export const THREAD_JOBS = actorModule<ThreadJobs>(new URL("./modules/thread_jobs.ts", import.meta.url));

/** See the module. */
export class Gate {
  readonly memory = new SharedArrayBuffer(16);
  readonly #cells = new Int32Array(this.memory);

  /** Whether a job has come. */
  get isReached(): boolean {
    return Atomics.load(this.#cells, THERE) > 0;
  }

  async reached(): Promise<void> {
    while (!this.isReached) await testing.waitAllTasksBlocked();
  }

  /** Lets it go on, with a number. */
  open(value = 1): void {
    Atomics.store(this.#cells, GATE, value);
    Atomics.notify(this.#cells, GATE);
  }
}

/** Opens it in any case at the end: on Deno nothing else ends a thread that waits at it. */
export async function withThreadGate<T>(body: (gate: Gate) => Promise<T>): Promise<T> {
  const gate = new Gate();
  try {
    return await body(gate);
  } finally {
    gate.open();
  }
}
