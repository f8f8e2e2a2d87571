/** When something is due for an actor that is alive, or waits. */
import { after, earliest, type Instant, latest, NEVER } from "../base/instant.ts";
import { healthDue } from "./run_health.ts";
import type { ActorPhase, ActorState, RunningPhase, StartingPhase } from "./state.ts";
import { ladderDeadline } from "./stop_ladder.ts";

/** When something is next due for an actor, but for its turn to stop. */
export function actorDeadline({ phase, filesChanged, appointment }: ActorState): Instant {
  return earliest(phaseDeadline(phase), filesChanged?.until ?? NEVER, appointment?.at ?? NEVER);
}

function phaseDeadline(phase: ActorPhase): Instant {
  switch (phase.at) {
    case "backing_off":
      return phase.until;
    case "stopping":
      return ladderDeadline(phase.ladder);
    case "starting":
      return earliest(phase.probeAt, startBy(phase), runBy(phase));
    case "running":
      return earliest(runBy(phase), healthDue(phase));
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

/**
 * The end of some time of a run, from when its process was made, or that which it has asked for itself. Time during which a
 * crash of it was held does not count.
 */
function timeLimit(phase: StartingPhase | RunningPhase, ms: number): Instant {
  const { since, hold, heldMs, word: { extendedTo } } = phase;
  const isMade = phase.at === "running" || phase.isMade;
  if (!isMade || hold !== null) return NEVER;
  const limit = after(since, ms + heldMs);
  return extendedTo === null ? limit : latest(limit, extendedTo);
}
