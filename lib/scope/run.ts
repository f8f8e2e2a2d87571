import { withFrame } from "./ambient.ts";
import { CancelStatus } from "./cancel_status.ts";
import type { Clock } from "./clock.ts";
import { RunState } from "./run_state.ts";

/** How a program runs. */
export interface RunOptions {
  /** The time that every wait in the program goes by. */
  readonly clock: Clock;
  /**
   * Name of the root task.
   *
   * @default {"main"}
   */
  readonly name?: string;
}

/**
 * Runs `main` as the root task of a tree of tasks, and returns when it and with it everything that it started is over.
 *
 * @throws Whatever `main` throws.
 */
export async function run<T>(main: () => T | Promise<T>, options: RunOptions): Promise<T> {
  return await runIn(new RunState(options.clock), main, options.name ?? "main");
}

/** @internal `run` with bookkeeping that the caller watches. */
export async function runIn<T>(state: RunState, main: () => T | Promise<T>, name: string): Promise<T> {
  const frame = { run: state, task: { name }, status: new CancelStatus(null, true) };
  return await withFrame(frame, async () => await main());
}
