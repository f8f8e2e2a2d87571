import type { NodeId } from "../config/plan.ts";
import { askedBy } from "./asker.ts";
import { NO_FAILURES } from "./no_failures.ts";
import type { ActorState, IdlePhase, LastRun, Then } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Puts a node that has no process, or no children at work, into the phase that was decided for it. */
export function conclude(turn: Turn, id: NodeId, then: Then, cause: number): void {
  const entry = recordConclusion(turn, id, then, cause);
  const before = turn.node(id);
  const fields = { phase: phaseFor(turn, then), cause: entry };
  if (before.kind === "actor") {
    return turn.setActor(id, { ...fields, ...betweenRuns(turn, before, then), doom: null });
  }
  if (before.phase.at === "stopping") turn.emit({ type: "close_tree", node: id });
  turn.setTree(id, { ...fields, regroupAt: null });
  if (isFinal(then)) giveUpWaiting(turn, id, entry);
}

/** Whether nothing that is planned starts the node again. */
function isFinal({ to }: Then): boolean {
  return to === "stopped" || to === "completed" || to === "failed";
}

/** Below a tree that will not come back, nobody waits for it any more. */
function giveUpWaiting(turn: Turn, tree: NodeId, cause: number): void {
  const phase = { at: "stopped", why: "tree" } as const;
  for (const { id } of turn.subtree(tree).slice(1)) {
    const node = turn.node(id);
    if (node.phase.at !== "waiting" && node.phase.at !== "backing_off") continue;
    turn.set(id, { phase, cause });
  }
}

/** The end of a run of an actor with a schedule: the run has ended, and the actor has not. */
function betweenRuns(turn: Turn, { id, isOwed }: ActorState, then: Then): Partial<ActorState> {
  const { spec, isLeaving } = turn.place(id);
  if (spec.kind === "tree" || spec.schedule === null || isLeaving) return {};
  if (turn.tree(spec.parent!).phase.at !== "up") return {};
  const last = lastOf(then);
  if (last === undefined) return {};
  if (isOwed) return { ...NO_FAILURES, phase: { at: "waiting", since: turn.now }, isOwed: false };
  return { phase: { at: "scheduled", since: turn.now, last } };
}

/** Undefined if the actor is not to wait for its next date: it is stopped, is started again, or has left survivors. */
function lastOf(then: Then): LastRun | null | undefined {
  switch (then.to) {
    case "completed":
      return { ok: true };
    case "failed": {
      const { kind } = then.reason;
      return kind === "survivors" || kind === "unseen" ? undefined : { ok: false, reason: then.reason };
    }
    case "stopped":
      return then.why === "strategy" ? null : undefined;
    default:
      return undefined;
  }
}

function phaseFor(turn: Turn, then: Then): IdlePhase {
  switch (then.to) {
    case "stopped":
      return { at: "stopped", why: then.why, ...askedBy(then.asker) };
    case "waiting":
      return { at: "waiting", since: turn.now };
    case "backing_off":
      // While the run was coming down, or because it is the first, the delay may be over already.
      return then.until <= turn.now
        ? { at: "waiting", since: turn.now }
        : { at: "backing_off", since: turn.now, until: then.until, reason: then.reason };
    case "regrouping":
      return { at: "regrouping", since: turn.now };
    case "completed":
      return { at: "completed" };
    case "failed":
      return { at: "failed", reason: then.reason };
  }
}

function recordConclusion(turn: Turn, id: NodeId, then: Then, cause: number): number {
  switch (then.to) {
    case "stopped":
      return turn.record(id, "stopped", cause, { why: then.why });
    case "completed":
      return turn.record(id, "completed", cause, {});
    case "failed":
      return turn.record(id, "failed", cause, { why: then.reason });
    case "waiting":
    case "backing_off":
    case "regrouping":
      return cause;
  }
}
