/**
 * The rules by which a tree is settled, as they are easiest to read: all nodes are looked at, and all counts taken anew, in
 * every pass. `lib/supervision/settle.ts` looks at what has changed alone, and has to come to the same.
 *
 * The second phase of every step: first all wishes are settled, then what may happen now does. It runs until nothing
 * changes any more, so that no effect comes from a half-settled state.
 */
import type { NodeId } from "../../../lib/config/plan.ts";
import { startActor } from "../../../lib/supervision/actor_start.ts";
import { beginActorStop } from "../../../lib/supervision/actor_stop.ts";
import { type Census, isLeaving, JUST_ACTIVATED, takeCensus } from "./census.ts";
import { conclude } from "../../../lib/supervision/conclude.ts";
import { failedDependency, startVerdict } from "./start_order.ts";
import { mayStop } from "./stop_order.ts";
import { settleHolding } from "./hold.ts";
import { settleSchedule } from "../../../lib/supervision/schedule.ts";
import { withPlan } from "../../../lib/supervision/with_plan.ts";
import { isOver } from "../../../lib/supervision/state.ts";
import { settleTree } from "./tree.ts";
import { activateTree } from "../../../lib/supervision/tree.ts";
import type { Turn } from "../../../lib/supervision/turn.ts";

/** Lets everything happen that the present state allows. */
export function settle(turn: Turn): void {
  settleHolding(turn);
  for (let before = null as Turn["nodes"] | null; before !== turn.nodes;) {
    before = turn.nodes;
    const census = takeCensus(turn);
    for (const { id } of turn.topology.places) {
      settleNode(turn, census, id);
      if (hasNewLeaving(turn, census)) break;
    }
    if (before === turn.nodes) forgetLeft(turn);
  }
}

/** Whether an actor is to stop that the census has not counted, so that nobody can say whose turn it is. */
function hasNewLeaving(turn: Turn, census: Census): boolean {
  return [...turn.nodes.values()].some((node) =>
    node.kind === "actor" && isLeaving(node) && census.of(node.id).leaving === 0
  );
}

function settleNode(turn: Turn, census: Census, id: NodeId): void {
  if (turn.node(id).kind === "actor") settleSchedule(turn, id);
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
  if (verdict !== "start") {
    const { cause } = turn.node(verdict.on);
    return conclude(turn, id, { to: "failed", reason: { kind: "dependency", on: verdict.on } }, cause);
  }
  census.of(turn.spec(id).parent!).starting += 1;
  if (turn.node(id).kind === "actor") return startActor(turn, id);
  activateTree(turn, id);
  census.of(id).readiness = JUST_ACTIVATED;
}

/** A node that waits for something which nobody has started has it started. */
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

function forgetLeft(turn: Turn): void {
  const { hasLeaving, places } = turn.topology;
  if (!hasLeaving || places.some(({ id, isLeaving }) => isLeaving && !isOver(turn.node(id)))) return;
  turn.replan((state) => withPlan(state, state.plan, turn.now));
}
