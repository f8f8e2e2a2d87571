/**
 * Settles what is to become of nodes that somebody wants stopped. Only wishes are written here; which process is
 * signalled when follows from the order of stopping, once all wishes stand.
 */
import { after, earliest, type Instant } from "../base/instant.ts";
import type { NodeId, RestartPolicy } from "../config/plan.ts";
import { conclude } from "./conclude.ts";
import type { TeardownReason, Then } from "./state.ts";
import { hurry } from "./stop_ladder.ts";
import type { Turn } from "./turn.ts";

/** A wish about a node. */
interface Wish {
  readonly id: NodeId;
  readonly then: Then;
  /** By `stopTime`. */
  readonly deadline: Instant;
  readonly cause: number;
}

/** Wants a node stopped by `deadline`, as `stopTime` has it, and everything below it, and `then` to follow. */
export function stopNode(turn: Turn, id: NodeId, then: Then, deadline: Instant, cause: number): void {
  apply(turn, [{ id, then, deadline, cause }]);
}

/** Tears a supervisor that is at work down, because its own rules say that it is over. */
export function endTree(turn: Turn, id: NodeId, end: TeardownReason & { by: "itself" }, cause: number): void {
  apply(turn, tearDown(turn, id, end, after(turn.stopTime, turn.treeSpec(id).shutdownMs), cause));
}

function apply(turn: Turn, wishes: readonly Wish[]): void {
  const pending = [...wishes];
  while (pending.length > 0) {
    const wish = pending.pop()!;
    if (turn.node(wish.id).kind === "actor") stopActor(turn, wish);
    else for (const below of stopTree(turn, wish)) pending.push(below);
  }
}

function stopActor(turn: Turn, { id, then, deadline, cause }: Wish): void {
  const actor = turn.actor(id);
  const { phase } = actor;
  switch (phase.at) {
    case "waiting":
    case "backing_off":
    case "regrouping":
      return conclude(turn, id, then, cause);
    case "scheduled":
      // A sibling's failure takes along what runs, and a run comes at its date, or by hand.
      if (then.to === "stopped") conclude(turn, id, then, cause);
      return;
    case "starting":
    case "running": {
      const merged = actor.doom === null ? then : merge(actor.doom.then, then, false);
      const doom = { then: merged, deadline: earliest(deadline, actor.doom?.deadline ?? deadline) };
      return turn.setActor(id, { doom, cause });
    }
    case "stopped":
      return keepStopped(turn, id, then, cause);
    case "stopping": {
      const ladder = hurry(phase.ladder, after(turn.now, turn.untilStop(deadline)), turn.now);
      const merged = merge(phase.then, then, turn.actorSpec(id).schedule !== null);
      return turn.setActor(id, { phase: { ...phase, ladder, then: merged }, cause });
    }
    default:
      return;
  }
}

function stopTree(turn: Turn, { id, then, deadline, cause }: Wish): readonly Wish[] {
  const { phase } = turn.tree(id);
  switch (phase.at) {
    case "waiting":
    case "backing_off":
    case "regrouping":
      conclude(turn, id, then, cause);
      return [];
    case "up": {
      const bound = earliest(deadline, after(turn.stopTime, turn.treeSpec(id).shutdownMs));
      return tearDown(turn, id, { by: "request", then }, bound, cause);
    }
    case "stopping": {
      const bound = earliest(deadline, phase.deadline);
      turn.setTree(id, {
        phase: { ...phase, deadline: bound, end: mergeEnd(phase.end, then, turn.spec(id).restart) },
      });
      return wishesForChildren(turn, id, bound, cause);
    }
    case "stopped":
      keepStopped(turn, id, then, cause);
      return [];
    default:
      return [];
  }
}

/** A node that went down with its tree comes back with it, unless somebody has stopped it by hand since. */
function keepStopped(turn: Turn, id: NodeId, then: Then, cause: number): void {
  const { phase } = turn.node(id);
  const isNews = phase.at === "stopped" && phase.why === "tree" && then.to === "stopped" &&
    then.why === "request";
  if (isNews) conclude(turn, id, then, cause);
}

function tearDown(
  turn: Turn,
  id: NodeId,
  end: TeardownReason,
  deadline: Instant,
  cause: number,
): readonly Wish[] {
  const { phase } = turn.tree(id);
  const readyAt = phase.at === "up" ? phase.readyAt : null;
  const entry = turn.record(id, "cancelled", cause, { withinMs: Math.round(turn.untilStop(deadline)) });
  const stopping = { at: "stopping", since: turn.now, readyAt, deadline, end } as const;
  turn.setTree(id, { phase: stopping, cause: entry, regroupAt: null });
  return wishesForChildren(turn, id, deadline, entry);
}

function wishesForChildren(turn: Turn, id: NodeId, deadline: Instant, cause: number): readonly Wish[] {
  const then: Then = { to: "stopped", why: "tree" };
  return turn.treeSpec(id).children.map((child) => ({ id: child, then, deadline, cause }));
}

/**
 * The sequel if something was decided already and something else is wanted now. A restart that somebody asks for
 * outranks all. A node that has ended for good stays so, and a stop lasts: only a restart that was merely planned is overtaken.
 *
 * @param hasSchedule Whether the end of a run is that of the run alone, so that a stop still says something.
 */
function merge(decided: Then, wanted: Then, hasSchedule: boolean): Then {
  if (wanted.to === "waiting") return wanted;
  if (hasSchedule && isByHand(wanted) && decided.to !== "stopped") return wanted;
  const isFinal = decided.to === "completed" || decided.to === "failed" || decided.to === "stopped";
  const overtakes = decided.to === "stopped" && wanted.to === "stopped" && decided.why === "tree";
  return isFinal && !overtakes ? decided : wanted;
}

function isByHand(then: Then): boolean {
  return then.to === "stopped" && then.why === "request";
}

/** A tree that has ended well has completed, but for one that would be started again: that is stopped. */
function mergeEnd(decided: TeardownReason, wanted: Then, restart: RestartPolicy): TeardownReason {
  if (decided.by === "request") return { by: "request", then: merge(decided.then, wanted, false) };
  const comesBack = restart === "always" && wanted.to === "stopped";
  const stands = decided.result.ok && wanted.to !== "waiting" && !comesBack;
  return stands ? decided : { by: "request", then: wanted };
}
