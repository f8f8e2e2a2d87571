/** When something is due for an actor that is alive, or waits. */
import { after, earliest, type Instant, latest, NEVER } from "../base/instant.ts";
import { healthDue } from "./run_health.ts";
import { whenRunTime } from "./run_time.ts";
import type { ActorState, RunningPhase, StartingPhase } from "./state.ts";
import { ladderDeadline } from "./stop_ladder.ts";

/** When something is next due for an actor, but for its turn to stop. */
export function actorDeadline(actor: ActorState): Instant {
  const { filesChanged, appointment } = actor;
  return earliest(phaseDeadline(actor), filesChanged?.until ?? NEVER, appointment?.at ?? NEVER);
}

function phaseDeadline({ phase, doom }: ActorState): Instant {
  switch (phase.at) {
    case "backing_off":
      return phase.until;
    case "stopping":
      return ladderDeadline(phase.ladder);
    case "starting":
      return earliest(phase.probeAt, startBy(phase), runBy(phase));
    case "running":
      return earliest(runBy(phase), healthDue(phase, doom !== null));
    default:
      return NEVER;
  }
}

/** When a start has taken too long. */
export function startBy(phase: StartingPhase): Instant {
  return timeLimit(phase, phase.spec.startTimeoutMs);
}

/** When a run has taken too long. */
export function runBy(phase: StartingPhase | RunningPhase): Instant {
  const { runTimeoutMs } = phase.spec;
  return runTimeoutMs === null ? NEVER : timeLimit(phase, runTimeoutMs);
}

/** The end of some time of a run, from when its process was made, or that which it has asked for itself. */
function timeLimit(phase: StartingPhase | RunningPhase, ms: number): Instant {
  const { since, word: { extendedTo } } = phase;
  const isMade = phase.at === "running" || phase.isMade;
  if (!isMade) return NEVER;
  // The clock of a run begins when its process is made.
  const limit = after(since, ms);
  return whenRunTime(phase, extendedTo === null ? limit : latest(limit, extendedTo));
}
