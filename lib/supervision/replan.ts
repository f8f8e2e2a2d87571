/**
 * Another plan for a tree that is there: what is new starts, what it has no more goes down its own ladder and is forgotten,
 * and what would be another process by now is started anew.
 */
import { NEVER } from "../base/instant.ts";
import { type NodeId, ROOT } from "../config/plan.ts";
import { resumeStart } from "./actor_start.ts";
import type { PlanGiven } from "./event.ts";
import type { NodeState } from "./state.ts";
import { stopNode } from "./stopping.ts";
import type { Turn } from "./turn.ts";
import { outdatedIn, topmostLeaving, withPlan } from "./with_plan.ts";

/** Goes on under another plan. */
export function onPlanGiven(turn: Turn, { plan }: PlanGiven): void {
  const before = turn.nodes;
  turn.replan((state) => withPlan(state, plan, turn.now));
  const added = plan.nodes.map(({ path }) => path).filter((id) => !before.has(id));
  const removed = topmostLeaving(turn.topology);
  const outdated = outdatedIn(turn);
  const cause = turn.record(ROOT, "planned", null, { added, removed, outdated });
  for (const id of removed) stopNode(turn, id, { to: "stopped", why: "removed" }, NEVER, cause);
  for (const id of outdated) startAnew(turn, id);
  for (const node of turn.nodes.values()) probeAnew(turn, before.get(node.id), node);
}

/** Forgets what an earlier plan had, as soon as all of that is over, and lets come what has waited for that. */
export function forgetLeft(turn: Turn): boolean {
  if (!turn.topology.hasLeaving || turn.books.left > 0) return false;
  turn.replan((state) => withPlan(state, state.plan, turn.now));
  return true;
}

/** Stops a run whose actor is another by now, to be started again; what it is to become otherwise stays decided. */
export function startAnew(turn: Turn, id: NodeId): void {
  const { phase, doom } = turn.actor(id);
  if (phase.at === "stopping") return;
  turn.setActor(id, { doom: doom ?? { then: { to: "waiting" }, deadline: NEVER } });
}

/** A start that is not ready is found ready as the new plan has it. */
function probeAnew(turn: Turn, before: NodeState | undefined, { id, phase }: NodeState): void {
  if (phase.at !== "starting" || phase.pid === null || before?.phase.at !== "starting") return;
  if (JSON.stringify(before.phase.spec.ready) !== JSON.stringify(phase.spec.ready)) resumeStart(turn, id);
}
