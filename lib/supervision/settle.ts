/**
 * The second phase of every step: first all wishes are settled, then what may happen now does. It runs until nothing
 * changes any more, so that no effect comes from a half-settled state.
 *
 * It looks at what a change can have an effect on (`bookkeeper.ts`), in passes in file order, as if it looked at all nodes.
 */
import type { NodeId } from "../config/plan.ts";
import { startActor } from "./actor_start.ts";
import { beginActorStop } from "./actor_stop.ts";
import { isGone } from "./bookkeeper.ts";
import { conclude } from "./conclude.ts";
import { settleHolding } from "./hold.ts";
import { forgetLeft } from "./replan.ts";
import { settleSchedule } from "./schedule.ts";
import { failedDependency, startVerdict } from "./start_order.ts";
import { mayStop } from "./stop_order.ts";
import { activateTree, settleTree } from "./tree.ts";
import type { Turn } from "./turn.ts";

/** Lets everything happen that the present state allows. */
export function settle(turn: Turn): void {
  settleHolding(turn);
  do {
    while (turn.books.beginPass()) {
      for (let id = turn.books.next(); id !== null; id = turn.books.next()) settleNode(turn, id);
    }
  } while (forgetLeft(turn));
}

function settleNode(turn: Turn, id: NodeId): void {
  const node = turn.node(id);
  if (node.kind === "actor") settleSchedule(turn, id);
  switch (node.phase.at) {
    case "waiting":
      tryStart(turn, id);
      return callNext(turn, id);
    case "failed":
      return tryRevive(turn, id);
    case "up":
      return settleTree(turn, id);
    case "starting":
    case "running":
      return tryStop(turn, id);
    case "stopping":
      if (node.kind === "tree") settleTree(turn, id);
  }
}

function tryStart(turn: Turn, id: NodeId): void {
  const verdict = startVerdict(turn, id);
  if (verdict === "wait" || verdict === "queue") {
    turn.books.queue(id, verdict === "queue");
    return pullIn(turn, id);
  }
  if (verdict !== "start") {
    const { cause } = turn.node(verdict.on);
    return conclude(turn, id, { to: "failed", reason: { kind: "dependency", on: verdict.on } }, cause);
  }
  turn.books.start(turn.spec(id).parent!);
  if (turn.node(id).kind === "actor") return startActor(turn, id);
  activateTree(turn, id);
  turn.books.justActivated(id);
}

/** Where some start at a time and there is room for more, the next that waits for its turn has it. */
function callNext(turn: Turn, id: NodeId): void {
  const supervisor = turn.spec(id).parent!;
  const { start, concurrency } = turn.treeSpec(supervisor);
  if (start === "sequential" || concurrency === null || !turn.books.hasRoom(supervisor, concurrency)) return;
  const next = turn.books.firstChild(supervisor, "queued", id);
  if (next !== null) turn.books.settleAgain(next);
}

/** The nodes that a node waits for are started with it, where nobody has started them. */
function pullIn(turn: Turn, id: NodeId): void {
  for (const { on } of turn.spec(id).dependsOn) {
    const target = turn.node(on);
    if (target.kind !== "actor" || target.phase.at !== "inactive" || isInGone(turn, on)) continue;
    turn.setActor(on, { phase: { at: "waiting", since: turn.now }, cause: turn.node(id).cause });
  }
}

/** Whether a supervisor around a node has ended, so that nothing in it starts by itself. */
function isInGone(turn: Turn, id: NodeId): boolean {
  return turn.place(id).ancestors.some((tree) => isGone(turn.tree(tree)));
}

/** A node that failed only because a dependency had failed waits again when that comes back. */
function tryRevive(turn: Turn, id: NodeId): void {
  const { phase, cause } = turn.node(id);
  if (phase.at !== "failed" || phase.reason.kind !== "dependency") return;
  const supervisor = turn.spec(id).parent!;
  if (turn.tree(supervisor).phase.at !== "up" || failedDependency(turn, id) !== null) return;
  conclude(turn, id, { to: "waiting" }, turn.find(phase.reason.on)?.cause ?? cause);
}

function tryStop(turn: Turn, id: NodeId): void {
  const { doom, phase } = turn.actor(id);
  const isHeld = "hold" in phase && phase.hold !== null;
  if (doom !== null && !isHeld && mayStop(turn, id)) beginActorStop(turn, id, doom);
}
