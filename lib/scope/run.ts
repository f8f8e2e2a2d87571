import type { Signal } from "../base/signals.ts";
import { tryCurrentFrame, withFrame } from "./ambient.ts";
import { CancelScope } from "./cancel_scope.ts";
import { CancelStatus } from "./cancel_status.ts";
import { ErrorGroup } from "./error_group.ts";
import { Interrupted } from "./interrupted.ts";
import { openNursery } from "./nursery.ts";
import { RunState, type Schedule } from "./run_state.ts";
import { RootTask } from "./task_info.ts";
import { describeTasks, type TaskTree } from "./task_tree.ts";
import { withoutCancelled } from "./without_cancelled.ts";

/** How a program runs. */
export interface RunOptions extends Schedule {
  /**
   * Name of the root task.
   *
   * @default {"main"}
   */
  readonly name?: string;
  /** Called before the root task starts, with what governs the run from outside of it. */
  readonly onStart?: (control: RunControl) => void;
}

/** A run as seen from outside of its tasks. */
export interface RunControl {
  /** Cancels everything; the run then ends with {@linkcode Interrupted}. @param signal SIGINT by default. */
  interrupt(signal?: Signal): void;
  /** Makes shields count no more, so that cleanups behind them are cut short too. */
  force(): void;
  /** Whether somebody inspects a part of the program: an interrupt is then not meant for all of it. */
  isHeld(): boolean;
  /** All tasks, each with the wait that it is in. */
  tasks(): TaskTree;
}

/**
 * Runs `main` as the root task of a tree of tasks, and returns when it and with it everything that it started is over.
 *
 * @throws Whatever `main` throws.
 * @throws {Interrupted} If the run was interrupted, after the cleanup; what `main` threw is its cause.
 * @throws {TypeError} Inside of another run.
 */
export async function run<T>(main: () => T | Promise<T>, options: RunOptions): Promise<T> {
  return await runIn(new RunState(options), main, options);
}

/** @internal `run` with bookkeeping that the caller watches. */
export async function runIn<T>(
  state: RunState,
  main: () => T | Promise<T>,
  { name = "main", onStart }: Pick<RunOptions, "name" | "onStart">,
): Promise<T> {
  if (tryCurrentFrame()?.status.isClosed === false) {
    throw new TypeError("Cannot run a program inside of a run: call the function, or start it in a nursery");
  }
  const task = new RootTask(name);
  const root = new CancelStatus(null, false, null);
  const program = new CancelScope();
  state.root = { task, status: root };
  let interruptedBy: Signal | null = null;
  onStart?.({
    interrupt: (signal = "SIGINT") => {
      interruptedBy ??= signal;
      program.cancelFor({ source: "interrupt", reason: signal === "SIGINT" ? null : signal, by: null });
    },
    force: () => root.force(),
    isHeld: () => state.isHeld,
    tasks: () => describeTasks(root, task),
  });
  state.tell("beforeRun");
  let value: T | undefined;
  let failure: { readonly error: unknown } | null = null;
  try {
    const frame = { run: state, task, status: root, locals: null };
    value = await withFrame(frame, runWithServices, state, program, main) as T;
  } catch (error) {
    failure = { error };
  }
  task.exited();
  root.close();
  state.tell("afterRun");
  if (interruptedBy !== null) throw new Interrupted(failure?.error, interruptedBy);
  if (failure !== null) throw failure.error;
  return value as T;
}

/** Runs `main` inside of a nursery for what belongs to the run as a whole, which ends with it. */
async function runWithServices(
  state: RunState,
  program: CancelScope,
  main: () => unknown,
): Promise<unknown> {
  let value: unknown;
  let failure: { readonly error: unknown } | null = null;
  try {
    await openNursery(async (services) => {
      state.services = services;
      try {
        value = await program.run(main);
      } catch (error) {
        failure = { error };
      }
      services.cancelScope.cancelFor({ source: "shutdown", reason: null, by: null });
    }, { collapse: true });
  } catch (error) {
    const rest = failure === null
      ? null
      : withoutCancelled((failure as { readonly error: unknown }).error).rest;
    throw rest === null ? error : new ErrorGroup([rest.error, error]);
  }
  if (failure !== null) throw (failure as { readonly error: unknown }).error;
  return value;
}
