/** The life of a supervisor: it is activated, works, is torn down, and is then concluded like any other child. */
import { invariant } from "../base/invariant.ts";
import { hasSchedule, type NodeId, ROOT } from "../config/plan.ts";
import { conclude } from "./conclude.ts";
import { afterEnd } from "./ending.ts";
import type { FailReason } from "./reason.ts";
import { NO_FAILURES } from "./no_failures.ts";
import { EMPTY_WINDOW } from "./restart_window.ts";
import { rootCause } from "./root_cause.ts";
import type { IdlePhase, Outcome, TeardownReason, TearingDownPhase, Then } from "./state.ts";
import { endTree } from "./stopping.ts";
import { treeEnd } from "./tree_end.ts";
import type { Turn } from "./turn.ts";

/** Puts a supervisor to work with a fresh budget. Its children start anew, but for those that were stopped by hand. */
export function activateTree(turn: Turn, id: NodeId): void {
  const tree = turn.tree(id);
  openTree(turn, id);
  const cause = turn.record(id, "started", tree.cause || null, { starts: tree.starts + 1 });
  turn.setTree(id, {
    phase: { at: "up", since: turn.now, readyAt: null },
    starts: tree.starts + 1,
    window: EMPTY_WINDOW,
    regroupAt: null,
    cause,
  });
  for (const child of turn.treeSpec(id).children) resetChild(turn, child, cause);
}

/** Gives a supervisor a place for what belongs to it. */
export function openTree(turn: Turn, id: NodeId): void {
  const { parent, isolate } = turn.treeSpec(id);
  turn.emit({ type: "open_tree", node: id, parent, isolate });
}

/** Does what follows for a supervisor from the state of its children. */
export function settleTree(turn: Turn, id: NodeId): void {
  const { phase, regroupAt } = turn.tree(id);
  if (phase.at === "up") {
    const end = treeEnd(turn, id);
    if (end !== null) return endTree(turn, id, { by: "itself", result: end.result }, end.cause);
    if (turn.books.readiness(id).ready && phase.readyAt === null) {
      becomeReady(turn, id, turn.now - phase.since);
    }
    if (regroupAt !== null && turn.now >= regroupAt) releaseGroup(turn, id);
  } else if (phase.at === "stopping" && turn.books.tally(id).alive === 0) {
    concludeTree(turn, id);
  }
}

/** Does what is due for a supervisor now. */
export function onTreeTime(turn: Turn, id: NodeId): void {
  const { phase } = turn.tree(id);
  if (phase.at === "backing_off" && turn.now >= phase.until) {
    turn.setTree(id, { phase: { at: "waiting", since: turn.now } });
  }
}

function resetChild(turn: Turn, id: NodeId, cause: number): void {
  if (turn.place(id).isLeaving) return;
  const child = turn.node(id);
  if (child.phase.at === "stopped" && child.phase.why === "request") return;
  // A child that is waiting already was asked for while its supervisor was not yet at work.
  const isAsked = child.phase.at === "waiting";
  const phase: IdlePhase = !isAsked && !turn.spec(id).autostart
    ? { at: "inactive" }
    : !isAsked && hasSchedule(turn.spec(id))
    ? { at: "scheduled", since: turn.now, last: null }
    : { at: "waiting", since: turn.now };
  turn.set(id, { phase, cause, ...NO_FAILURES });
}

/** All its children are ready. */
export function becomeReady(turn: Turn, id: NodeId, afterMs: number): void {
  const cause = turn.record(id, "ready", turn.tree(id).cause, { afterMs: Math.round(afterMs) });
  const { phase } = turn.tree(id);
  if (phase.at === "up") turn.setTree(id, { phase: { ...phase, readyAt: turn.now }, cause });
}

/** Starts the companions of a failure again, as soon as all of them, and all that go with them, have stopped. */
function releaseGroup(turn: Turn, id: NodeId): void {
  if (turn.books.tally(id).leavingGroup > 0) return;
  turn.setTree(id, { regroupAt: null });
  const next = () => turn.books.firstChild(id, "regrouping");
  for (let child = next(); child !== null; child = next()) {
    turn.set(child, { phase: { at: "waiting", since: turn.now } });
  }
}

/** All its children are over. */
export function concludeTree(turn: Turn, id: NodeId): void {
  const { phase, cause } = turn.tree(id);
  invariant(phase.at === "stopping", "only a supervisor that is torn down is concluded");
  if (id === ROOT) return concludeRoot(turn, phase.end, cause);
  const then = afterTree(turn, id, phase, cause);
  conclude(turn, id, then, turn.tree(id).cause);
}

function afterTree(turn: Turn, id: NodeId, { end, readyAt }: TearingDownPhase, cause: number): Then {
  if (end.by === "request") return end.then;
  const reason: FailReason = end.result.ok ? { kind: "child", child: id } : end.result.reason;
  const givesUp = reason.kind === "gave_up" && turn.treeSpec(id).onFailure === "stop";
  if (givesUp) return { to: "failed", reason };
  return afterEnd(turn, id, { success: end.result.ok, reason, readySince: readyAt }, cause);
}

function concludeRoot(turn: Turn, end: TeardownReason, cause: number): void {
  const outcome = outcomeOf(turn, end);
  const entry = turn.record(ROOT, "ended", cause, { outcome: outcome.kind });
  const then: Then = end.by === "request"
    ? end.then
    : end.result.ok
    ? { to: "completed" }
    : { to: "failed", reason: end.result.reason };
  turn.outcome = outcome;
  conclude(turn, ROOT, then, entry);
  turn.emit({ type: "finish", outcome });
}

function outcomeOf(turn: Turn, end: TeardownReason): Outcome {
  if (end.by === "request") return { kind: "cancelled", cause: turn.cancelled ?? "down" };
  if (end.result.ok) return { kind: "completed" };
  const { reason } = end.result;
  const isGivingUp = rootCause(turn, reason).reason.kind === "gave_up";
  return { kind: isGivingUp ? "gave_up" : "failed", reason };
}
