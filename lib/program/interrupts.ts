/**
 * What Ctrl-C does to a run: the first one cancels everything, the second makes shields count no more, so that cleanups are
 * cut short, and the third ends the program. Whoever does not press again gets the next step after a grace time: code that
 * never comes to a checkpoint cannot hold the program.
 */
import { signalExitCode } from "../base/exit_code.ts";
import { after } from "../base/instant.ts";
import { SIGNAL_NUMBERS } from "../base/signals.ts";
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

/** Lets SIGINT interrupt a run; the returned function ends that. A handler that is there already is left alone. */
export function interruptOnSignal(control: RunControl, options: InterruptOptions): () => void {
  const { program, clock, grace } = options;
  if (program.listensTo("SIGINT")) return () => {};
  const steps = [() => control.interrupt(), () => control.force(), () => void giveUp(control, program)];
  let revoke = () => {};
  const next = () => {
    revoke();
    if (control.isHeld()) void program.stderr.write(HELD);
    else steps.shift()?.();
    if (control.isHeld() && steps.length === STEPS) return;
    if (steps.length > 0) revoke = clock.schedule(after(clock.now(), grace), next);
  };
  const unlisten = program.onSignal("SIGINT", next);
  return () => {
    unlisten();
    revoke();
  };
}

/** As many as there are before the first is taken. */
const STEPS = 3;

const HELD = "A crash is held for inspection: nothing is interrupted before it is let go.\n";

async function giveUp(control: RunControl, program: Program): Promise<void> {
  await program.stderr.write(`Interrupted. These tasks did not end:\n${renderTasks(control.tasks())}\n`);
  program.exit(signalExitCode(SIGNAL_NUMBERS.SIGINT));
}
