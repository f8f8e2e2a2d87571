import { describeDuration } from "../base/duration.ts";
import { nameSome } from "../base/name_some.ts";
import type { ActorError } from "../supervision/actor_error.ts";
import type { Exit } from "../supervision/exit.ts";
import type { HookFailure } from "../supervision/hook.ts";
import type { FailReason } from "../supervision/reason.ts";
import type { Survived } from "../supervision/rest.ts";
import { describeError } from "./describe_error.ts";
import { describeReached } from "./describe_reached.ts";
import { nameOf } from "./name_of.ts";

/** Why something failed, as a clause for people: `exit code 1`, `dependency "db" has failed`. */
export function describeReason(reason: FailReason): string {
  switch (reason.kind) {
    case "exit":
      return describeEnd(reason);
    case "daemon_ended":
      return `a daemon that ended by itself (${describeExit(reason.exit)}${
        reason.hadNothingToRead ? ", at once: its standard input is empty, if it waits for that" : ""
      })`;
    case "start":
      return reason.message;
    case "hook":
      return describeHookFailure(reason.failure);
    case "start_timeout": {
      const last = reason.lastError === null ? "" : ` (${reason.lastError})`;
      return `not ready within ${describeDuration(reason.afterMs)}${last}`;
    }
    case "run_timeout":
      return `still running after ${describeDuration(reason.afterMs)}`;
    case "unhealthy":
      return `unhealthy: ${reason.why}`;
    case "dependency":
      return `dependency ${nameOf(reason.on)} has failed`;
    case "survivors":
      return describeSurvivors(reason.processes ?? []);
    case "unseen":
      return `after SIGKILL it could not be looked at whether anything of it is left: ${reason.why}`;
    case "gave_up":
      return `${nameOf(reason.by)} was restarted too often (${describeReason(reason.last)})`;
    case "child":
      return `${nameOf(reason.child)} has failed`;
  }
}

/** How a hook has failed: `its pre_start hook failed: exit code 1`. */
export function describeHookFailure({ hook, end }: HookFailure): string {
  const how = end.how === "timed_out"
    ? `still running after ${describeDuration(end.afterMs)}`
    : end.how === "not_started"
    ? end.message
    : describeExit(end);
  return `its ${hook} hook failed: ${how}`;
}

/** Processes that were found alive after SIGKILL. */
function describeSurvivors(processes: readonly Survived[]): string {
  const found = nameSome(processes.map(({ pid, how }) => `${pid}${SURVIVED[how]}`));
  const isRefused = processes.length > 0 && processes.every(({ how }) => how === "refused");
  const what = isRefused ? "processes of it cannot be killed" : "processes of it survived SIGKILL";
  return found === "" ? what : `${what}: ${found}`;
}

const SURVIVED: Readonly<Record<Survived["how"], string>> = {
  stuck: " (in an uninterruptible wait of the kernel)",
  refused: " (another user's)",
  new: " (started faster than they are killed)",
  outlived: "",
};

/** How a process ended: `exit code 1`, `SIGSEGV`, `killed by the kernel: memory_max 64MiB reached`. */
export function describeExit(exit: Exit): string {
  const { reached } = exit;
  const how = describeHow(exit);
  if (reached === undefined) return how;
  return reached.killedMain ? describeReached(reached) : `${how}; ${describeReached(reached)}`;
}

/** How a run ended: what its code has failed with if that is known, else how its process ended. */
export function describeEnd({ exit, error }: { exit: Exit; error: ActorError | null }): string {
  return error === null || exit.reached?.killedMain === true ? describeExit(exit) : describeError(error);
}

function describeHow(exit: Exit): string {
  switch (exit.how) {
    case "exited":
      return `exit code ${exit.code}`;
    case "signalled":
      return exit.signal;
    case "unseen":
      return "ended unseen";
  }
}
