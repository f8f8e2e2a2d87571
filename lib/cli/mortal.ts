import { signalExitCode } from "../base/exit_code.ts";
import { type Signal, signalNumber } from "../base/signals.ts";
import type { Program } from "../host/ports/program.ts";

/** Signals by which people stop process 1; some images have their containers stopped with the last. */
const SIGNALS_TO_PROCESS_1 = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const satisfies readonly Signal[];

/** Ends this program at signals also where it is process 1, to which the kernel sends none otherwise, until the returned function is called. */
export function dieOfSignals(program: Program): () => void {
  if (program.pid !== 1) return () => {};
  const stops = SIGNALS_TO_PROCESS_1.map((signal) =>
    program.onSignal(signal, () => program.exit(signalExitCode(signalNumber(signal))))
  );
  return () => stops.forEach((stop) => stop());
}
