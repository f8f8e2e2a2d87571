/**
 * The second phase of every step: first all wishes are settled, then what may happen now does. It runs until nothing
 * changes any more, so that no effect comes from a half-settled state.
 */
import type { NodeId } from "../config/plan.ts";
import { startActor } from "./actor_start.ts";
import { beginActorStop } from "./actor_stop.ts";
import { type Census, JUST_ACTIVATED, takeCensus } from "./census.ts";
import { conclude } from "./conclude.ts";
import { settleHolding } from "./hold.ts";
import { failedDependency, startVerdict } from "./start_order.ts";
import { mayStop } from "./stop_order.ts";
import { forgetLeft } from "./replan.ts";
import { activateTree, settleTree } from "./tree.ts";
import type { Turn } from "./turn.ts";

/** Lets everything happen that the present state allows. */
export function settle(turn: Turn): void {
  settleHolding(turn);
  do {
    turn.changed = false;
    const census = takeCensus(turn);
    for (const { id } of turn.topology.places) settleNode(turn, census, id);
    if (!turn.changed) forgetLeft(turn);
  } while (turn.changed);
}

function settleNode(turn: Turn, census: Census, id: NodeId): void {
  const node = turn.node(id);
  switch (node.phase.at) {
    case "waiting":
      return tryStart(turn, census, id);
    case "failed":
      return tryRevive(turn, census, id);
    case "up":
      return settleTree(turn, id, census.of(id).readiness.ready);
    case "starting":
    case "running":
      return tryStop(turn, census, id);
    case "stopping":
      if (node.kind === "tree") settleTree(turn, id, false);
  }
}

function tryStart(turn: Turn, census: Census, id: NodeId): void {
  const verdict = startVerdict(turn, census, id);
  if (verdict === "wait") return pullIn(turn, id);
  const { cause } = turn.node(id);
  if (verdict !== "start") {
    return conclude(turn, id, { to: "failed", reason: { kind: "dependency", on: verdict.on } }, cause);
  }
  census.of(turn.spec(id).parent!).starting += 1;
  if (turn.node(id).kind === "actor") return startActor(turn, id);
  activateTree(turn, id);
  census.of(id).readiness = JUST_ACTIVATED;
}

/** Whoever waits for something that nobody has started starts it. */
function pullIn(turn: Turn, id: NodeId): void {
  for (const { on } of turn.spec(id).dependsOn) {
    const target = turn.node(on);
    if (target.kind !== "actor" || target.phase.at !== "inactive" || isGone(turn, on)) continue;
    turn.setActor(on, { phase: { at: "waiting", since: turn.now }, cause: turn.node(id).cause });
  }
}

/** Whether a supervisor around a node has ended, so that nothing in it starts by itself. */
function isGone(turn: Turn, id: NodeId): boolean {
  return turn.place(id).ancestors.some((tree) =>
    ["stopped", "completed", "failed"].includes(turn.tree(tree).phase.at)
  );
}

/** What failed only because a dependency had failed waits again when that comes back. */
function tryRevive(turn: Turn, census: Census, id: NodeId): void {
  const { phase } = turn.node(id);
  if (phase.at !== "failed" || phase.reason.kind !== "dependency") return;
  const supervisor = turn.spec(id).parent!;
  if (turn.tree(supervisor).phase.at !== "up" || failedDependency(turn, census, id) !== null) return;
  conclude(turn, id, { to: "waiting" }, turn.nodes.get(phase.reason.on)?.cause ?? turn.node(id).cause);
}

function tryStop(turn: Turn, census: Census, id: NodeId): void {
  const { doom, phase } = turn.actor(id);
  const isHeld = "hold" in phase && phase.hold !== null;
  if (doom !== null && !isHeld && mayStop(turn, census, id)) beginActorStop(turn, id, doom);
}
