import { type Signal, signalNumber } from "../base/signals.ts";
import { signalExitCode } from "../base/exit_code.ts";
import type { ActorSpec } from "../config/plan.ts";

/** How a process ended. */
export type Exit =
  | { readonly how: "exited"; readonly code: number }
  | { readonly how: "signalled"; readonly signal: Signal };

/** Whether a process that ended by itself did what it was for. */
export function isSuccess(exit: Exit, spec: ActorSpec): boolean {
  return exit.how === "exited"
    ? spec.successExitCodes.includes(exit.code)
    : spec.successSignals.includes(exit.signal);
}

/** The exit code that a shell would show. */
export function shellCode(exit: Exit): number {
  return exit.how === "exited" ? exit.code : signalExitCode(signalNumber(exit.signal));
}
