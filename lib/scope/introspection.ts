import { currentFrame } from "./ambient.ts";
import type { Instrument } from "./instrument.ts";
import type { TaskInfo } from "./task_info.ts";
import { describeTasks, type TaskTree } from "./task_tree.ts";

/**
 * The calling task.
 *
 * @throws {TypeError} Outside of `run()`.
 */
export function currentTask(): TaskInfo {
  return currentFrame().task;
}

/**
 * All tasks of the run that the caller is in, and what each of them waits for.
 *
 * @throws {TypeError} Outside of `run()`.
 *
 * @example Who waits for what
 * ```ts
 * import { checkpoint, currentTasks, openNursery, renderTasks, run, sleepForever } from "supervise";
 *
 * await run(() =>
 *   openNursery(async (nursery) => {
 *     nursery.startSoon(() => sleepForever(), { name: "worker" });
 *     await checkpoint();
 *     await checkpoint();
 *     console.log(renderTasks(currentTasks())); // main, and below it: worker (waits: sleep forever)
 *     nursery.cancelScope.cancel();
 *   })
 * );
 * ```
 */
export function currentTasks(): TaskTree {
  const { run } = currentFrame();
  return describeTasks(run.root!.status, run.root!.task);
}

/**
 * Tells an instrument of the run that the caller is in from now on.
 *
 * @throws {TypeError} Outside of `run()`.
 */
export function addInstrument(instrument: Instrument): void {
  currentFrame().run.addInstrument(instrument);
}

/**
 * Tells an instrument no more.
 *
 * @throws {TypeError} Outside of `run()`.
 */
export function removeInstrument(instrument: Instrument): void {
  currentFrame().run.removeInstrument(instrument);
}
