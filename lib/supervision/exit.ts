import { type Signal, signalNumber } from "../base/signals.ts";
import { ExitCode, signalExitCode } from "../base/exit_code.ts";
import type { ActorSpec } from "../config/plan.ts";
import type { ReachedLimits } from "./reached_limits.ts";

/** How a process ended. */
export type Exit =
  & (
    | { readonly how: "exited"; readonly code: number }
    | { readonly how: "signalled"; readonly signal: Signal }
    /** Under a parent that could not tell us. */
    | { readonly how: "unseen" }
  )
  & {
    /** The limits that had to do with it; absent for none. */
    readonly reached?: ReachedLimits;
  };

/** Whether a process that ended by itself did what it was for. */
export function isSuccess(exit: Exit, spec: ActorSpec): boolean {
  switch (exit.how) {
    case "exited":
      return spec.successExitCodes.includes(exit.code);
    case "signalled":
      return spec.successSignals.includes(exit.signal);
    case "unseen":
      return false;
  }
}

/** The exit code that a shell would show. */
export function shellCode(exit: Exit): number {
  switch (exit.how) {
    case "exited":
      return exit.code;
    case "signalled":
      return signalExitCode(signalNumber(exit.signal));
    case "unseen":
      return ExitCode.failed;
  }
}

/** How a process ended, for JSON. */
export function exitFields(exit: Exit): { readonly code: number | null; readonly signal: Signal | null } {
  return {
    code: exit.how === "exited" ? exit.code : null,
    signal: exit.how === "signalled" ? exit.signal : null,
  };
}
