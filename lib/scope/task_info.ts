/** A task as others see it. */
export abstract class TaskInfo {
  readonly name: string;
  #isOver = false;
  #atExit: Set<() => void> | null = null;

  /** @internal */
  constructor(name: string) {
    this.name = name;
  }

  /** The task in whose nursery it runs; null for the root task. */
  abstract readonly parent: TaskInfo | null;

  /** @internal Calls back when the task is over; the returned function revokes it. */
  atExit(callback: () => void): () => void {
    const callbacks = this.#atExit ??= new Set();
    callbacks.add(callback);
    return () => callbacks.delete(callback);
  }

  /** Whether the task has returned or thrown. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** @internal Says that the task is over. */
  exited(): void {
    this.#isOver = true;
    if (this.#atExit === null) return;
    for (const callback of this.#atExit) callback();
    this.#atExit = null;
  }
}

/** The task that `run` starts. */
export class RootTask extends TaskInfo {
  readonly parent = null;
}
