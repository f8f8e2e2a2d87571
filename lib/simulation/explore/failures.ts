/** How much a line of a script asks of a file: failures are rationed, since every budget of restarts can be spent. PURE. */
import { type ActorSpec, isProbed } from "../../config/plan.ts";
import { isSuccess } from "../../supervision/exit.ts";
import { exitOf, type RunLine } from "../script.ts";

/** How many runs a line makes fail; 0 for one that a run gets through. */
export function failuresOf(line: RunLine, spec: ActorSpec): number {
  return isFailure(line, spec) ? line.runs.count : 0;
}

/**
 * Whether something starts the actor again if it fails, or should: a daemon is missed whenever it is down, and the failure of
 * a task that is to run once is its result.
 */
export function isMissedWhenDown({ daemon, restart }: ActorSpec): boolean {
  return daemon || restart !== "never";
}

function isFailure(line: RunLine, spec: ActorSpec): boolean {
  switch (line.kind) {
    case "exit":
      return spec.daemon || !isSuccess(exitOf(line.how), spec);
    case "missing":
    case "hang":
      return true;
    case "slow":
      return isProbed(spec) ? line.ms >= spec.startTimeoutMs : line.ms >= (spec.runTimeoutMs ?? Infinity);
    case "lasts":
      return line.ms >= (spec.runTimeoutMs ?? Infinity);
    case "unhealthy":
      return spec.health?.onFailure === "restart";
    case "hook":
      return line.hook === "pre_start" && (line.code !== 0 || line.ms > (spec.hooks?.timeoutMs ?? Infinity));
    case "stop":
      return false;
  }
}
