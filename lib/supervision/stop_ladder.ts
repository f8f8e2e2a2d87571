/**
 * The stop ladder of one run, from the request to the last descendant:
 *
 *     stop command, if any -> stop signal -> (process exits) -> SIGTERM to its descendants -> SIGKILL to all
 *
 * A rung is left when what it waits for happens. SIGKILL comes at `killAt` from every rung, and at `giveUpAt` what even
 * that did not end is left as a survivor.
 *
 * Invariants:
 * 1. The ladder is over only when the containment has said that nothing of the run is left, or at `giveUpAt`.
 * 2. `killAt` moves only forward in urgency: it never becomes later.
 */
import { after, type Instant, NEVER } from "../base/instant.ts";
import type { Stop } from "../config/plan.ts";

/** How long to wait for processes to vanish after SIGKILL before calling them survivors. */
export const KILL_PATIENCE_MS = 5_000;

/** Where a run stands on its way down. */
export interface Ladder {
  readonly rung: "spawning" | "command" | "signal" | "rest" | "kill" | "over";
  /** When SIGKILL is due; `NEVER` once it was sent. */
  readonly killAt: Instant;
  /** When survivors are given up on; `NEVER` before SIGKILL. */
  readonly giveUpAt: Instant;
}

/** What the ladder wants done. */
export type LadderEffect = "abort_spawn" | "stop_command" | "signal" | "end_rest" | "leave_rest" | "kill_all";

/** What happens to a run while it is stopped. */
export type LadderEvent = "spawned" | "command_ended" | "exited" | "cleared" | "time_passed";

/** A ladder and what it wants done now. */
export interface Rung {
  readonly ladder: Ladder;
  readonly effects: readonly LadderEffect[];
}

/** The ladder of a run that is asked to stop while its process is alive, or about to be if `isSpawning`. */
export function beginStop(stop: Stop, isSpawning: boolean, killAt: Instant): Rung {
  const ladder: Ladder = { rung: "spawning", killAt, giveUpAt: NEVER };
  return isSpawning ? { ladder, effects: ["abort_spawn"] } : firstRung(ladder, stop);
}

/** The ladder of a run whose process has ended by itself: only what it left behind is to be ended. */
export function beginClearing(stop: Stop, killAt: Instant): Rung {
  return clearing({ rung: "rest", killAt, giveUpAt: NEVER }, stop);
}

/** Takes one step. An event that a rung does not wait for changes nothing. */
export function stepLadder(ladder: Ladder, event: LadderEvent, stop: Stop, now: Instant): Rung {
  if (ladder.rung === "over") return { ladder, effects: [] };
  switch (event) {
    case "cleared":
      return { ladder: { ...ladder, rung: "over" }, effects: [] };
    case "spawned":
      if (ladder.rung === "spawning") return firstRung(ladder, stop);
      return { ladder, effects: ladder.rung === "kill" ? ["kill_all"] : [] };
    case "command_ended":
      return ladder.rung === "command" ? signalling(ladder) : { ladder, effects: [] };
    case "exited":
      return ladder.rung === "kill" ? { ladder, effects: [] } : clearing(ladder, stop);
    case "time_passed":
      return onTime(ladder, now);
  }
}

/** Makes the end of the grace come no later than `at`. */
export function hurry(ladder: Ladder, at: Instant): Ladder {
  return ladder.rung === "kill" || at >= ladder.killAt ? ladder : { ...ladder, killAt: at };
}

/** When the ladder next has something to do by itself. */
export function ladderDeadline(ladder: Ladder): Instant {
  return ladder.rung === "kill" ? ladder.giveUpAt : ladder.rung === "over" ? NEVER : ladder.killAt;
}

function firstRung(ladder: Ladder, stop: Stop): Rung {
  return stop.command === null
    ? signalling(ladder)
    : { ladder: { ...ladder, rung: "command" }, effects: ["stop_command"] };
}

function signalling(ladder: Ladder): Rung {
  return { ladder: { ...ladder, rung: "signal" }, effects: ["signal"] };
}

function clearing(ladder: Ladder, stop: Stop): Rung {
  return {
    ladder: { ...ladder, rung: "rest" },
    effects: [stop.kill === "tree" ? "end_rest" : "leave_rest"],
  };
}

function onTime(ladder: Ladder, now: Instant): Rung {
  if (ladder.rung === "kill") {
    return { ladder: now >= ladder.giveUpAt ? { ...ladder, rung: "over" } : ladder, effects: [] };
  }
  if (now < ladder.killAt) return { ladder, effects: [] };
  const killing: Ladder = { rung: "kill", killAt: NEVER, giveUpAt: after(now, KILL_PATIENCE_MS) };
  return { ladder: killing, effects: ["kill_all"] };
}
