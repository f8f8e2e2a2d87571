/** Leads a failure back to where it began, through the dependencies and trees that only passed it on. */
import { ExitCode } from "../base/exit_code.ts";
import type { NodeId } from "../config/plan.ts";
import { shellCode } from "./exit.ts";
import type { FailReason } from "./reason.ts";
import type { Outcome, State } from "./state.ts";

/** Where a failure began. */
export interface RootCause {
  /** The node that failed first; null if it is the tree itself. */
  readonly node: NodeId | null;
  readonly reason: FailReason;
}

/** The first failure behind `reason`. */
export function rootCause(state: Pick<State, "nodes">, reason: FailReason): RootCause {
  let cause: RootCause = { node: null, reason };
  const seen = new Set<NodeId>();
  while (cause.reason.kind === "dependency" || cause.reason.kind === "child") {
    const node: NodeId = cause.reason.kind === "dependency" ? cause.reason.on : cause.reason.child;
    const phase = state.nodes.get(node)?.phase;
    if (seen.has(node) || phase?.at !== "failed") break;
    seen.add(node);
    cause = { node, reason: phase.reason };
  }
  return cause;
}

/** The exit code of `up` in the foreground for a tree that ended like this, of itself. */
export function outcomeExitCode(state: State, outcome: Outcome): number {
  if (outcome.kind === "completed" || outcome.kind === "cancelled") return ExitCode.done;
  const { reason } = rootCause(state, outcome.reason);
  if (reason.kind === "gave_up") return ExitCode.gaveUp;
  if (reason.kind !== "exit" && reason.kind !== "daemon_ended") return ExitCode.failed;
  return shellCode(reason.exit) || ExitCode.failed;
}
