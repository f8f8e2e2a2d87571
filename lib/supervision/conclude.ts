import type { NodeId } from "../config/plan.ts";
import { askedBy } from "./asker.ts";
import type { IdlePhase, Then } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Puts a node that has no process, or no children at work, into the phase that was decided for it. */
export function conclude(turn: Turn, id: NodeId, then: Then, cause: number): void {
  const entry = recordConclusion(turn, id, then, cause);
  const fields = { phase: phaseFor(turn, then), cause: entry };
  const before = turn.node(id);
  if (before.kind === "actor") return turn.setActor(id, { ...fields, doom: null });
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
