/** How a task that was started with `nursery.start()` says that it is ready. */
export interface TaskStatus<T = void> {
  /**
   * Ends the wait of the starter of the task, and moves the task into its nursery. Call it once.
   *
   * @throws {TypeError} The second time.
   */
  started(value: T): void;
}

/** A status that nobody waits for: the default for functions that may be called directly too. */
export const ignoredTaskStatus: TaskStatus<unknown> = { started: () => {} };
