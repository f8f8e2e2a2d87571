import { signalExitCode } from "../base/exit_code.ts";
import { type Signal, signalNumber } from "../base/signals.ts";
import type { LastWords, Program } from "../host/ports/program.ts";
import type { Clock } from "../scope/clock.ts";
import type { Instrument } from "../scope/instrument.ts";
import { reportError } from "../scope/error_report.ts";
import { Interrupted } from "../scope/interrupted.ts";
import { run, type RunControl } from "../scope/run.ts";
import { renderTasks } from "../scope/task_tree.ts";
import { interruptOnSignals } from "./interrupts.ts";

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
   * Whether Ctrl-C, SIGTERM and SIGHUP cancel the program instead of ending it at once. A signal that was ignored when the
   * program was started, or has a handler already, is left alone in either case.
   *
   * @default {true}
   */
  readonly interruptible?: boolean;
  /**
   * Milliseconds until an interrupt gets to its next step by itself: cutting short the cleanups, then ending the program
   * with the exit code of the signal, such as 130.
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
    if (interruptible) undo.push(interruptOnSignals(control, { program, clock, grace }));
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
  } catch (error) {
    if (error instanceof Interrupted) program.onUncaught((one) => one === error ? lastWordsOf(error) : null);
    throw error;
  } finally {
    for (const one of undo) one();
  }
}

/** An interrupt that nobody catches is an end as it was asked for; what went wrong in its course is to be told. */
function lastWordsOf({ signal, cause }: Interrupted): LastWords {
  return {
    exitCode: signalExitCode(signalNumber(signal)),
    text: cause === undefined ? "" : `Interrupted, and the cleanup failed: ${reportError(cause)}\n`,
  };
}
