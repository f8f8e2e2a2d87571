/** Counts of the children of a tree, as they are at this moment. */
import type { Tally } from "./books.ts";
import { hasEndedForGood, isAlive, type NodeState, thenOf } from "./state.ts";
import type { Place } from "./topology.ts";

/** The share of a child in the tally of its tree. */
export function shareOf(node: NodeState, { spec, isLeaving }: Place): Tally {
  const isStarted = !isLeaving && node.phase.at !== "inactive";
  const isEnded = isStarted && hasEndedForGood(node);
  return {
    alive: Number(isAlive(node)),
    started: Number(isStarted),
    ended: Number(isEnded),
    decisive: Number(isEnded && spec.significant),
    leavingGroup: Number(isLeavingGroup(node)),
  };
}

/** A tally with one share for another. */
export function exchanged(tally: Tally, before: Tally, after: Tally): Tally {
  return {
    alive: tally.alive + after.alive - before.alive,
    started: tally.started + after.started - before.started,
    ended: tally.ended + after.ended - before.ended,
    decisive: tally.decisive + after.decisive - before.decisive,
    leavingGroup: tally.leavingGroup + after.leavingGroup - before.leavingGroup,
  };
}

/** Whether a child has a process, or children at work, and is to stop, for whatever reason: a group waits for it. */
export function isLeavingGroup(node: NodeState): boolean {
  return node.phase.at === "stopping" || thenOf(node) !== null;
}
