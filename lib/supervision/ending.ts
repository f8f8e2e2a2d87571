/**
 * The sequel when a child ends by itself: its restart policy, its supervisor's budget and its supervisor's strategy,
 * in this order.
 */
import { after, type Instant, NEVER } from "../base/instant.ts";
import { invariant, unreachable } from "../base/invariant.ts";
import type { NodeId } from "../config/plan.ts";
import { restartDelay, streakAfter } from "./backoff.ts";
import { intensityFor, isCountedByItself, spendRestart } from "./budget.ts";
import type { FailReason } from "./reason.ts";
import { judge } from "./restart_policy.ts";
import { isAlive, type NodeState, type Then, thenOf } from "./state.ts";
import { endTree, stopNode } from "./stopping.ts";
import { companions } from "./strategy.ts";
import type { Turn } from "./turn.ts";

/** How a child ended. */
export interface ChildEnding {
  readonly success: boolean;
  /** The reason to give if this makes it fail. */
  readonly reason: FailReason;
  /** Since when it had been ready; null if it never was. */
  readonly readySince: Instant | null;
}

/** Decides what becomes of a child that has ended by itself, and sets in motion what that means for its siblings. */
export function afterEnd(turn: Turn, id: NodeId, ending: ChildEnding, cause: number): Then {
  const spec = turn.spec(id);
  // A tree that ended well is a completed child, whatever is in it.
  const verdict = judge(spec.restart, ending.success, spec.daemon && spec.kind !== "tree");
  switch (verdict) {
    case "complete":
      return { to: "completed" };
    case "fail":
      return { to: "failed", reason: ending.reason };
    case "restart":
      return restart(turn, id, ending, cause);
    default:
      return unreachable(verdict, "verdict");
  }
}

function restart(turn: Turn, id: NodeId, ending: ChildEnding, cause: number): Then {
  if (turn.place(id).isLeaving) return { to: "stopped", why: "removed" };
  const supervisor = turn.spec(id).parent!;
  if (turn.tree(supervisor).phase.at !== "up") return { to: "stopped", why: "tree" };
  const { granted, left } = spendRestart(turn, id);
  if (!granted) {
    const reason = giveUp(turn, id, ending.reason, cause);
    return { to: "failed", reason };
  }
  const until = after(turn.now, planDelay(turn, id, ending));
  const entry = turn.record(id, "restarted", cause, { delayMs: Math.round(until - turn.now), left });
  if (turn.treeSpec(supervisor).strategy === "one_for_one") {
    return { to: "backing_off", until, reason: ending.reason };
  }
  return regroup(turn, supervisor, id, until, entry);
}

/** Counts the restart and says how long to wait before it. */
function planDelay(turn: Turn, id: NodeId, ending: ChildEnding): number {
  const { backoff } = turn.spec(id);
  const node = turn.node(id);
  const readyForMs = ending.readySince === null ? 0 : turn.now - ending.readySince;
  const streak = streakAfter(node.streak, readyForMs, backoff);
  const failedStarts = ending.readySince === null ? node.failedStarts + 1 : 0;
  turn.set(id, { restarts: node.restarts + 1, streak: streak + 1, failedStarts });
  return restartDelay(streak, backoff, turn.chance());
}

/** Takes the companions along: they stop, and all start again together. */
function regroup(turn: Turn, supervisor: NodeId, failed: NodeId, until: Instant, cause: number): Then {
  const { strategy, children } = turn.treeSpec(supervisor);
  const isOneThere = children.some((id) => isRegrouping(turn.node(id)));
  for (const id of companions(strategy, children, turn.place(failed).position).toReversed()) {
    stopNode(turn, id, afterCompanion(turn, id), NEVER, cause);
  }
  const planned = turn.tree(supervisor).regroupAt;
  turn.setTree(supervisor, {
    regroupAt: planned === null || !isOneThere || until > planned ? until : planned,
  });
  return { to: "regrouping" };
}

/** Whether a child waits for its companions, or will: all of them may have been started by hand meanwhile. */
function isRegrouping(child: NodeState): boolean {
  return child.phase.at === "regrouping" || thenOf(child)?.to === "regrouping";
}

/** As in OTP, a temporary child that a sibling's failure ends is not started again. */
function afterCompanion(turn: Turn, id: NodeId): Then {
  const isTemporary = turn.spec(id).restart === "never";
  return isTemporary && isAlive(turn.node(id)) ? { to: "stopped", why: "strategy" } : { to: "regrouping" };
}

/** There are no more restarts: the child is left failed, and with it its supervisor, unless it is counted by itself. */
function giveUp(turn: Turn, id: NodeId, reason: FailReason, cause: number): FailReason {
  const intensity = intensityFor(turn, id);
  invariant(intensity !== "unlimited", "restarts without limit are never spent");
  const last = reason.kind === "gave_up" ? reason.last : reason;
  const gaveUp = { kind: "gave_up", by: id, last } as const;
  if (isCountedByItself(turn, id)) {
    turn.record(id, "gave_up", cause, intensity);
    return gaveUp;
  }
  const supervisor = turn.spec(id).parent!;
  const entry = turn.record(supervisor, "escalated", cause, { by: id, ...intensity });
  endTree(turn, supervisor, { by: "itself", result: { ok: false, reason: gaveUp } }, entry);
  return reason;
}
