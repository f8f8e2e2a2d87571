/** How an actor is taken to fail next: as it has failed before. PURE. */
import type { ActorState } from "../supervision/state.ts";
import type { FailReason } from "../supervision/reason.ts";
import { type Exit, isSuccess } from "../supervision/exit.ts";
import { type ActorSpec, isProbed } from "../config/plan.ts";
import type { Failing } from "./forecast.ts";

/** See the module. */
export function failingOf({ phase, lastExit, streak }: ActorState, spec: ActorSpec): Failing {
  if (phase.at === "backing_off" || phase.at === "failed") return failingAs(phase.reason);
  if (phase.at === "scheduled" && phase.last?.ok === false) return failingAs(phase.last.reason);
  const isAsked = isProbed(spec);
  const isFailure = lastExit !== null && (spec.daemon || !isSuccess(lastExit.exit, spec)) &&
    !isStop(lastExit.exit, spec);
  // Its runs end before anybody could say that they are never ready.
  if (phase.at === "starting" && isFailure && streak > 0) return { how: "exits", exit: lastExit.exit };
  if (phase.at === "starting" && isAsked) return { how: "never_ready" };
  if (phase.at === "running" && phase.health !== null && phase.health.lastError !== null) {
    return { how: "unhealthy", why: phase.health.lastError };
  }
  return { how: "exits", exit: isFailure ? lastExit.exit : { how: "exited", code: 1 } };
}

/** Whether a run may have ended so because it was asked to. */
function isStop(exit: Exit, { stop }: ActorSpec): boolean {
  return exit.how === "signalled" && (exit.signal === stop.signal || exit.signal === "SIGKILL");
}

function failingAs(reason: FailReason): Failing {
  switch (reason.kind) {
    case "exit":
    case "daemon_ended":
      return { how: "exits", exit: reason.exit };
    case "start":
      return { how: "cannot_start", message: reason.message };
    case "start_timeout":
      return { how: "never_ready" };
    case "unhealthy":
      return { how: "unhealthy", why: reason.why };
    case "gave_up":
      return failingAs(reason.last);
    default:
      return { how: "exits", exit: { how: "exited", code: 1 } };
  }
}
