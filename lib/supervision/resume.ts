/**
 * Going on where an earlier supervisor was killed: the runs that it had started are taken over.
 *
 * Invariants:
 * 1. A run is adopted, or it is over before its actor starts another one.
 * 2. Counts of restarts, budgets and delays go on, but for what has ended and is another process now, which starts at once;
 *    what somebody has stopped by hand stays stopped.
 * 3. A run whose program or environment the plan has changed meanwhile is adopted, stopped, and started anew.
 */
import { NEVER } from "../base/instant.ts";
import { hasSchedule, type NodeId, ROOT } from "../config/plan.ts";
import { onRunEvent } from "./actor.ts";
import { resumePostStart, resumeStart } from "./actor_start.ts";
import { climbDown, resumeStop } from "./actor_stop.ts";
import type { Resumed } from "./event.ts";
import { revive, startAnew } from "./replan.ts";
import { type RunId, thenOf } from "./state.ts";
import { stopNode } from "./stopping.ts";
import { openTree } from "./tree.ts";
import type { Turn } from "./turn.ts";

/** Puts the trees to work again, and takes every run over that there was. */
export function resume(turn: Turn, { adopted, outdated, changed }: Resumed): void {
  const cause = turn.record(ROOT, "resumed", null, { runs: adopted.size });
  turn.books.settleAll();
  for (const { id, kind, phase } of turn.nodes.values()) {
    if (kind === "tree") {
      if (phase.at === "up" || phase.at === "stopping") openTree(turn, id);
    } else if ("run" in phase) {
      const pid = adopted.get(phase.run);
      if (pid === undefined) forget(turn, id, cause);
      else adopt(turn, id, phase.run, pid, outdated.has(phase.run) && !isToRoll(turn, id), cause);
    }
  }
  wantBack(turn, cause);
  for (const id of new Set([...changed].map((id) => endedFor(turn, id)))) {
    if (id !== null) revive(turn, id, cause);
  }
}

/**
 * The node that has ended, or waits for its next start, and starts at once because an actor is another now, as it would if
 * another plan had come in the life of its supervisor: the actor, or the topmost tree above it that has ended; null for none.
 */
function endedFor(turn: Turn, id: NodeId): NodeId | null {
  if (turn.find(id)?.kind !== "actor" || turn.place(id).isLeaving) return null;
  const { phase } = turn.node(id);
  if (phase.at === "inactive" && !turn.spec(id).autostart) return null;
  if (phase.at === "stopped" && phase.why === "request") return null;
  const { ancestors } = turn.place(id);
  const ended = [id, ...ancestors].findLast((one) => one !== ROOT && hasEnded(turn, one));
  if (ended === undefined) return null;
  const isAtWork = turn.tree(turn.spec(ended).parent!).phase.at === "up";
  if (!isAtWork) return null;
  // Only failure is mended by any change below. An actor, or a tree that is done, starts if that makes the actor run.
  const isDone = turn.node(ended).phase.at === "completed";
  const runs = phase.at === "backing_off" || !hasSchedule(turn.spec(id));
  if (ended === id) return runs ? ended : null;
  const between = ancestors.slice(0, ancestors.indexOf(ended));
  return !isDone || (runs && between.every((tree) => startsAlong(turn, tree))) ? ended : null;
}

/** Whether a tree starts whenever the tree around it does. */
function startsAlong(turn: Turn, tree: NodeId): boolean {
  const { phase } = turn.tree(tree);
  if (phase.at === "inactive") return turn.spec(tree).autostart;
  return phase.at !== "stopped" || phase.why !== "request";
}

function hasEnded(turn: Turn, id: NodeId): boolean {
  return ["failed", "backing_off", "completed"].includes(turn.node(id).phase.at);
}

function adopt(
  turn: Turn,
  id: NodeId,
  run: RunId,
  pid: number,
  isOutdated: boolean,
  cause: number,
): void {
  const { phase, lastExit } = turn.actor(id);
  // Its main process may have ended already, and what that has left be still there.
  const isOver = lastExit?.run === run;
  if (!isOver) turn.setActor(id, { cause: turn.record(id, "adopted", cause, { pid, run }) });
  const spec = turn.actorSpec(id);
  const since = phase.at === "stopping" ? phase.startedAt : "since" in phase ? phase.since : turn.now;
  turn.emit({ type: "adopt", node: id, run, spec, survives: turn.survives(id), isOver, since });
  if (isOutdated) startAnew(turn, id, cause);
  // It was killed before it could decide what follows from the start.
  const isNews = "pid" in phase && phase.pid === null;
  if (isNews) onRunEvent(turn, { type: "spawned", node: id, run, pid });
  else if (phase.at === "starting") resumeStart(turn, id);
  else if (phase.at === "running") resumePostStart(turn, id);
  else if (phase.at === "stopping") resumeStop(turn, id);
}

/** Whether its turn in a rolling restart has yet to come. */
function isToRoll({ rollouts }: Turn, id: NodeId): boolean {
  return rollouts.some(({ members }) => members.some((member) => member.id === id && !member.isBegun));
}

/** Nodes that an earlier plan had no more and that the plan of today has come back when they have left. */
function wantBack(turn: Turn, cause: number): void {
  for (const node of turn.nodes.values()) {
    const then = thenOf(node);
    if (then?.to === "stopped" && then.why === "removed") {
      stopNode(turn, node.id, { to: "waiting" }, NEVER, cause);
    }
  }
}

/** A run that nobody knows whether it was started is over, and counts for nothing. */
function forget(turn: Turn, id: NodeId, cause: number): void {
  const { phase, doom, starts } = turn.actor(id);
  // The hook after all needs no process, and is run again.
  if (phase.at === "stopping" && phase.ladder.rung === "post_stop") return resumeStop(turn, id);
  if (phase.at === "stopping") return climbDown(turn, id, "cleared");
  const then = doom?.then ?? { to: "waiting" };
  const next = then.to === "stopped"
    ? { at: "stopped", why: then.why } as const
    : { at: "waiting", since: turn.now } as const;
  turn.setActor(id, { phase: next, doom: null, starts: Math.max(0, starts - 1), cause });
}
