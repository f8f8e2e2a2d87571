import type { Signal } from "../base/signals.ts";
import type { Program } from "../host/ports/program.ts";
import type { Clock } from "../scope/clock.ts";
import type { Instrument } from "../scope/instrument.ts";
import { run, type RunControl } from "../scope/run.ts";
import { renderTasks } from "../scope/task_tree.ts";
import { interruptOnSignal } from "./interrupts.ts";

/** How a program of tasks runs. */
export interface ProgramOptions {
  /**
   * The time that every wait in the program goes by.
   *
   * @default The monotonic clock of the machine.
   */
  readonly clock?: Clock;
  /**
   * Name of the root task.
   *
   * @default {"main"}
   */
  readonly name?: string;
  /**
   * Whether Ctrl-C cancels the program instead of ending it at once. A handler of SIGINT that is there already is left
   * alone in either case.
   *
   * @default {true}
   */
  readonly interruptible?: boolean;
  /**
   * Milliseconds until an interrupt gets to its next step by itself: cutting short the cleanups, then ending the program
   * with exit code 130.
   *
   * @default {10000}
   */
  readonly interruptGrace?: number;
  /**
   * A signal at which the tree of tasks is printed to the standard error stream. At SIGUSR1 Deno opens its inspector, too.
   *
   * @default None.
   */
  readonly printTasksOn?: Signal;
  /** Told what the scheduler does. */
  readonly instruments?: readonly Instrument[];
}

/** @internal Runs `main` as a program: with what the machine has, and with Ctrl-C. */
export async function runProgram<T>(
  program: Program,
  clock: Clock,
  main: () => T | Promise<T>,
  options: ProgramOptions,
): Promise<T> {
  const { interruptible = true, interruptGrace: grace = 10_000, printTasksOn, name, instruments } = options;
  const undo: (() => void)[] = [];
  const onStart = (control: RunControl) => {
    if (interruptible) undo.push(interruptOnSignal(control, { program, clock, grace }));
    if (printTasksOn !== undefined) {
      const print = () => void program.stderr.write(`${renderTasks(control.tasks())}\n`);
      undo.push(program.onSignal(printTasksOn, print, { evenIfIgnored: true }));
    }
  };
  const onInstrumentError = (error: unknown) =>
    void program.stderr.write(`An instrument failed and was removed: ${String(error)}\n`);
  try {
    return await run(main, {
      clock,
      onStart,
      onInstrumentError,
      ...(name === undefined ? {} : { name }),
      ...(instruments === undefined ? {} : { instruments }),
    });
  } finally {
    for (const one of undo) one();
  }
}
