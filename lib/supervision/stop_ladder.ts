/**
 * The stop ladder of one run, from the request to the last descendant:
 *
 *     pre_stop, if any -> stop command, if any -> cancel, if it has joined -> stop signal -> (process exits)
 *       -> SIGTERM to its descendants -> SIGKILL to all -> (nothing is left) -> post_stop, if any
 *
 * A rung is left when its event happens. A run that was cancelled is signalled at `cancelUntil`. SIGKILL comes at
 * `killAt` from every rung but the first, and from `giveUpAt` on the run is looked at, until that look tells whether anything
 * survived. On the first, a process is being spawned: there is nothing to kill, and the grace begins when there is.
 *
 * Invariants:
 * 1. The ladder is over only when the containment has said that nothing of the run is left, or has looked at what is. Time
 *    alone ends no ladder: it may have passed because this program came late to everything.
 * 2. `killAt` becomes later only when the run asks for it, and then not later than `deadline`. `cancelUntil` is never behind it.
 */
import { after, earliest, type Instant, latest, NEVER } from "../base/instant.ts";
import { KILL_PATIENCE_MS } from "../base/kill_patience.ts";
import type { Stop } from "../config/plan.ts";

/** Of the grace that is left, the part that a cancel has before the stop signal. */
const CANCEL_SHARE = 0.6;

/** Where a run stands on its way down. */
export interface Ladder {
  readonly rung:
    | "spawning"
    | "pre_stop"
    | "command"
    | "cancel"
    | "signal"
    | "rest"
    | "kill"
    | "post_stop"
    | "over";
  /** When SIGKILL is due, if there is a process; `NEVER` once it was sent. On the last rung, that of the hook. */
  readonly killAt: Instant;
  /** Since when the time until then counts. */
  readonly askedAt: Instant;
  /** When to look what has survived; `NEVER` before SIGKILL. */
  readonly giveUpAt: Instant;
  /** Whether the run speaks the protocol of actors, so that it can be cancelled. */
  readonly joined: boolean;
  /** When the stop signal follows the cancel; `NEVER` on other rungs. */
  readonly cancelUntil: Instant;
  /** When all of the run is to be over; it bounds what comes after the end of its processes. */
  readonly deadline: Instant;
  /** How long the hook may take that is yet to come after all; null for none. */
  readonly postStopMs: number | null;
}

/** The effects that the ladder wants. */
export type LadderEffect =
  | "pre_stop"
  | "post_stop"
  | "end_hook"
  | "abort_spawn"
  | "stop_command"
  | "cancel"
  | "signal"
  | "end_rest"
  | "leave_rest"
  | "kill_all"
  | "look";

/** The events of a run while it is stopped. */
export type LadderEvent =
  | "spawned"
  | "joined"
  | "parted"
  | "hook_ended"
  | "command_ended"
  | "exited"
  | "cleared"
  | "given_up"
  | "time_passed";

/** A ladder and what it wants done now. */
export interface Rung {
  readonly ladder: Ladder;
  readonly effects: readonly LadderEffect[];
}

/** A run that is to go down the ladder. */
export interface Descent {
  /** Whether its process is about to be there; else it is alive. */
  readonly isSpawning: boolean;
  readonly joined: boolean;
  readonly killAt: Instant;
  readonly now: Instant;
  readonly afterwards: Afterwards;
}

/** The sequel when nothing of a run is left. */
export type Afterwards = Pick<Ladder, "deadline" | "postStopMs">;

/** The ladder of a run that is asked to stop. */
export function beginStop(
  stop: Stop,
  hasPreStop: boolean,
  { isSpawning, joined, killAt, now, afterwards }: Descent,
): Rung {
  const ladder: Ladder = {
    rung: "spawning",
    killAt,
    askedAt: now,
    giveUpAt: NEVER,
    joined,
    cancelUntil: NEVER,
    ...afterwards,
  };
  if (isSpawning) return { ladder, effects: ["abort_spawn"] };
  return hasPreStop
    ? { ladder: { ...ladder, rung: "pre_stop" }, effects: ["pre_stop"] }
    : firstRung(ladder, stop, now);
}

/** The ladder of a run whose process has ended by itself: only what it left behind is to be ended. */
export function beginClearing(stop: Stop, killAt: Instant, now: Instant, afterwards: Afterwards): Rung {
  return clearing(
    { rung: "rest", killAt, askedAt: now, giveUpAt: NEVER, joined: false, cancelUntil: NEVER, ...afterwards },
    stop,
  );
}

/** The ladder of a run that never had a process: what comes after all is left of it. */
export function beginAfterwards(now: Instant, afterwards: Afterwards): Rung {
  return afterAll({
    rung: "rest",
    killAt: NEVER,
    askedAt: now,
    giveUpAt: NEVER,
    joined: false,
    cancelUntil: NEVER,
    ...afterwards,
  }, now);
}

/** The ladder of a run that somebody else was stopping: whatever was asked of it until now is asked again, by a signal. */
export function resumeLadder(ladder: Ladder, stop: Stop): Rung {
  switch (ladder.rung) {
    case "rest":
      return clearing(ladder, stop);
    case "kill":
      return { ladder, effects: ["kill_all"] };
    case "post_stop":
      return { ladder, effects: ["post_stop"] };
    case "over":
      return { ladder, effects: [] };
    default:
      return signalling(ladder);
  }
}

/** Takes one step. An event that a rung does not wait for changes nothing. */
export function stepLadder(ladder: Ladder, event: LadderEvent, stop: Stop, now: Instant): Rung {
  if (ladder.rung === "over") return { ladder, effects: [] };
  switch (event) {
    case "cleared":
      return afterAll(ladder, now);
    case "given_up":
      return { ladder: ladder.rung === "kill" ? { ...ladder, rung: "over" } : ladder, effects: [] };
    case "spawned":
      if (ladder.rung === "spawning") return firstRung(startingNow(ladder, now), stop, now);
      return { ladder, effects: ladder.rung === "kill" ? ["kill_all"] : [] };
    case "joined":
      return { ladder: { ...ladder, joined: true }, effects: [] };
    case "parted": {
      const parted = { ...ladder, joined: false };
      return ladder.rung === "cancel" ? signalling(parted) : { ladder: parted, effects: [] };
    }
    case "hook_ended":
      if (ladder.rung === "post_stop") return { ladder: { ...ladder, rung: "over" }, effects: [] };
      return ladder.rung === "pre_stop" ? firstRung(ladder, stop, now) : { ladder, effects: [] };
    case "command_ended":
      return ladder.rung === "command" ? asking(ladder, now) : { ladder, effects: [] };
    case "exited":
      return ladder.rung === "kill" || ladder.rung === "post_stop"
        ? { ladder, effects: [] }
        : clearing(ladder, stop);
    case "time_passed":
      return onTime(ladder, now);
  }
}

/** Makes the end of the grace come no later than `at`, and shares out anew what is left of it. */
export function hurry(ladder: Ladder, at: Instant, now: Instant): Ladder {
  if (ladder.rung === "spawning") {
    const graceMs = Math.min(ladder.killAt - ladder.askedAt, at - now);
    return { ...ladder, killAt: after(now, graceMs), askedAt: now, deadline: earliest(ladder.deadline, at) };
  }
  const bounded = { ...ladder, deadline: earliest(ladder.deadline, at) };
  if (ladder.rung === "kill" || at >= ladder.killAt) return at >= ladder.deadline ? ladder : bounded;
  const hurried = { ...bounded, killAt: at, askedAt: now };
  return ladder.rung === "cancel"
    ? { ...hurried, cancelUntil: earliest(ladder.cancelUntil, cancelEnd(at, now)) }
    : hurried;
}

/** When the ladder next has something to do by itself. */
export function ladderDeadline(ladder: Ladder): Instant {
  if (ladder.rung === "kill") return ladder.giveUpAt;
  return ladder.rung === "over" || ladder.rung === "spawning"
    ? NEVER
    : earliest(ladder.cancelUntil, ladder.killAt);
}

/** Whether the hook of the last rung is being ended because it has had all the time that it may take. */
export function isTimeUp({ rung, killAt, deadline }: Ladder, now: Instant): boolean {
  return rung === "post_stop" && killAt === NEVER && now < deadline;
}

/** The process that was being spawned is there: its grace begins. */
function startingNow(ladder: Ladder, now: Instant): Ladder {
  return { ...ladder, killAt: after(now, ladder.killAt - ladder.askedAt), askedAt: now };
}

/** Nothing of the run is left: what is to follow does, if there is time for it. */
function afterAll(ladder: Ladder, now: Instant): Rung {
  const { postStopMs, deadline } = ladder;
  if (postStopMs === null) return { ladder: { ...ladder, rung: "over" }, effects: [] };
  const killAt = earliest(after(now, postStopMs), latest(deadline, now));
  const last = { ...ladder, killAt, giveUpAt: NEVER, cancelUntil: NEVER, postStopMs: null };
  return { ladder: { ...last, rung: "post_stop" }, effects: ["post_stop"] };
}

function firstRung(ladder: Ladder, stop: Stop, now: Instant): Rung {
  return stop.command === null
    ? asking(ladder, now)
    : { ladder: { ...ladder, rung: "command" }, effects: ["stop_command"] };
}

function asking(ladder: Ladder, now: Instant): Rung {
  if (!ladder.joined) return signalling(ladder);
  const cancelUntil = cancelEnd(ladder.killAt, now);
  return { ladder: { ...ladder, rung: "cancel", cancelUntil }, effects: ["cancel"] };
}

function cancelEnd(killAt: Instant, now: Instant): Instant {
  return after(now, Math.round(Math.max(0, killAt - now) * CANCEL_SHARE));
}

function signalling(ladder: Ladder): Rung {
  return { ladder: { ...ladder, rung: "signal", cancelUntil: NEVER }, effects: ["signal"] };
}

function clearing(ladder: Ladder, stop: Stop): Rung {
  return {
    ladder: { ...ladder, rung: "rest", cancelUntil: NEVER },
    effects: [stop.kill === "tree" ? "end_rest" : "leave_rest"],
  };
}

function onTime(ladder: Ladder, now: Instant): Rung {
  if (ladder.rung === "spawning") return { ladder, effects: [] };
  if (ladder.rung === "kill") {
    if (now < ladder.giveUpAt) return { ladder, effects: [] };
    return { ladder: { ...ladder, giveUpAt: after(now, KILL_PATIENCE_MS) }, effects: ["look"] };
  }
  if (ladder.rung === "post_stop") {
    if (now < ladder.killAt) return { ladder, effects: [] };
    return { ladder: { ...ladder, killAt: NEVER }, effects: ["end_hook"] };
  }
  if (now < ladder.killAt) {
    return now < ladder.cancelUntil ? { ladder, effects: [] } : signalling(ladder);
  }
  const killing: Ladder = {
    ...ladder,
    rung: "kill",
    killAt: NEVER,
    giveUpAt: after(now, KILL_PATIENCE_MS),
    cancelUntil: NEVER,
  };
  return { ladder: killing, effects: ["kill_all"] };
}
