import { seeded } from "../base/chance.ts";
import { NEVER } from "../base/instant.ts";
import { shuffleSeed } from "../host/shared/shuffle_seed.ts";
import { nextTurn } from "../host/shared/turn.ts";
import type { Instrument } from "../scope/instrument.ts";
import { runIn } from "../scope/run.ts";
import { RunState } from "../scope/run_state.ts";
import { describeTasks, renderTasks } from "../scope/task_tree.ts";
import { hasIdleWaiters, settle } from "./idle.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** Raised when every task waits and no timer is left that could wake one; the message shows the tasks. */
export class DeadlockError extends Error {
  override readonly name = "DeadlockError";
}

/** Options of {@linkcode runVirtual}. */
export interface VirtualRunOptions {
  /**
   * The seed of the order of tasks that are ready at the same time. An error that leaves the run names it, so that
   * the same order can be had again.
   *
   * @default {The environment variable SHUFFLE_SEED, or a number by chance}
   */
  readonly seed?: number;
  /** Told what the scheduler does. */
  readonly instruments?: readonly Instrument[];
}

/**
 * Runs `main` on a virtual clock that jumps: whenever every task waits, time moves to the next timer. Hours pass in
 * milliseconds, and always the same way. Tasks that are ready at the same time go on in an order drawn by a seed, so that
 * no test passes by the luck of an order.
 *
 * Only for programs that wait on nothing but the clock and each other: time does not wait for real input.
 *
 * @returns What `main` returned.
 * @throws {DeadlockError} If nothing can ever happen again.
 *
 * @example An hour in no time
 * ```ts
 * import { currentTime, sleep, testing } from "supervise";
 *
 * await testing.runVirtual(async () => {
 *   await sleep(3_600_000);
 *   console.log(currentTime()); // 3600000
 * });
 * ```
 */
export async function runVirtual<T>(
  main: (clock: VirtualClock) => T | Promise<T>,
  options: VirtualRunOptions = {},
): Promise<T> {
  const seed = options.seed ?? shuffleSeed();
  const clock = new VirtualClock();
  const state = new RunState({ clock, random: seeded(seed), instruments: options.instruments ?? [] });
  try {
    return await drive(state, clock, () => main(clock));
  } catch (error) {
    if (error instanceof Error) nameSeed(error, seed);
    throw error;
  }
}

async function drive<T>(state: RunState, clock: VirtualClock, main: () => T | Promise<T>): Promise<T> {
  let over = false;
  const result = runIn(state, main, {}).finally(() => over = true);
  result.catch(() => {});
  while (!over) {
    await settle(state);
    if (over) break;
    if (hasIdleWaiters(state) || clock.isTurning) await nextTurn();
    else if (clock.next() !== NEVER) clock.moveTo(clock.next());
    else {
      const { status, task } = state.root!;
      const tasks = renderTasks(describeTasks(status, task));
      throw new DeadlockError(`Every task waits, and no timer is set:\n${tasks}`);
    }
  }
  return await result;
}

/** Says in an error how to get the same order again. */
function nameSeed(error: Error, seed: number): void {
  const { message } = error;
  if (message.includes("SHUFFLE_SEED")) return;
  // Some errors cannot be changed: they leave as they are.
  Reflect.defineProperty(error, "message", {
    value: `${message} (order of tasks: SHUFFLE_SEED=${seed})`,
    writable: true,
    configurable: true,
  });
}
