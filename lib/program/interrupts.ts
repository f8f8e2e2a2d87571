/**
 * The effect of Ctrl-C, SIGTERM and SIGHUP on a run: the first one cancels everything, the second makes shields count no
 * more, so that cleanups are cut short, and the third ends the program. Without another one the next step comes after a
 * grace time: code that
 * never comes to a checkpoint cannot hold the program.
 */
import { signalExitCode } from "../base/exit_code.ts";
import { after } from "../base/instant.ts";
import { type Signal, signalNumber } from "../base/signals.ts";
import type { Program } from "../host/ports/program.ts";
import type { Clock } from "../scope/clock.ts";
import type { RunControl } from "../scope/run.ts";
import { renderTasks } from "../scope/task_tree.ts";

/** Where interrupts come from, and how long each step may take. */
export interface InterruptOptions {
  readonly program: Program;
  readonly clock: Clock;
  /** Milliseconds. */
  readonly grace: number;
}

/** Signals that ask a program to end, and can wait for its cleanup. */
const INTERRUPTS = ["SIGINT", "SIGTERM", "SIGHUP"] as const satisfies readonly Signal[];

/**
 * Lets signals interrupt a run; the returned function ends that. A signal that was ignored when the program was started stays
 * ignored, one that something listens to already is left alone, and one that is received by a task meanwhile is that task's.
 */
export function interruptOnSignals(control: RunControl, options: InterruptOptions): () => void {
  const { program, clock, grace } = options;
  let first: Signal | null = null;
  const steps = [
    (signal: Signal) => control.interrupt(signal),
    () => control.force(),
    () => void giveUp(control, program, first!),
  ];
  let revoke = () => {};
  const next = (signal: Signal) => {
    revoke();
    if (control.isHeld()) void program.stderr.write(HELD);
    else {
      first ??= signal;
      steps.shift()?.(signal);
    }
    if (control.isHeld() && steps.length === STEPS) return;
    if (steps.length > 0) revoke = clock.schedule(after(clock.now(), grace), () => next(signal));
  };
  const listenTo = (signal: Signal) =>
    program.onSignal(signal, () => {
      if (program.callbacksAt(signal) === 1) next(signal);
    });
  const unlisten = INTERRUPTS.filter((signal) => !program.listensTo(signal)).map(listenTo);
  return () => {
    for (const one of unlisten) one();
    revoke();
  };
}

/** As many as there are before the first is taken. */
const STEPS = 3;

const HELD = "A crash is held for inspection: nothing is interrupted before it is let go.\n";

async function giveUp(control: RunControl, program: Program, signal: Signal): Promise<void> {
  await program.stderr.write(`Interrupted. These tasks did not end:\n${renderTasks(control.tasks())}\n`);
  program.exit(signalExitCode(signalNumber(signal)));
}
