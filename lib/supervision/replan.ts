/**
 * Another plan for a tree that is there: what is new starts, what it has no more goes down its own ladder and is forgotten,
 * and what would be another process by now is started anew.
 */
import { NEVER } from "../base/instant.ts";
import type { ChangeAction } from "../config/changes/diff_plans.ts";
import { type NodeId, ROOT } from "../config/plan.ts";
import { isSameData } from "../base/same_data.ts";
import { resumeStart } from "./actor_start.ts";
import { askedBy } from "./asker.ts";
import { conclude } from "./conclude.ts";
import type { PlanGiven } from "./event.ts";
import { awaitGoal, wantedActors } from "./goals.ts";
import { healthAnew } from "./health.ts";
import { NO_FAILURES } from "./no_failures.ts";
import { appliedTargets } from "./plan_goals.ts";
import { plannedChanges } from "./planned_changes.ts";
import { beginRollout, hasOthers } from "./rolling.ts";
import { type NodeState, thenOf } from "./state.ts";
import { stopNode } from "./stopping.ts";
import type { Turn } from "./turn.ts";
import { outdatedIn, topmostLeaving, withPlan } from "./with_plan.ts";

/** Goes on under another plan, unless the tree is on its way down. */
export function onPlanGiven(turn: Turn, { plan, request, rolling, verb, asker }: PlanGiven): void {
  if (turn.node(ROOT).phase.at !== "up") return refuse(turn, request);
  const before = turn.nodes;
  const changes = plannedChanges(turn, plan);
  const pathsOf = (action: ChangeAction) =>
    changes.filter((change) => change.action === action).map(({ path }) => path);
  turn.replan((state) => withPlan(state, plan, turn.now));
  const added = pathsOf("add");
  const leaving = topmostLeaving(turn.topology);
  const outdated = outdatedIn(turn);
  const revived = pathsOf("start");
  const cause = turn.record(ROOT, "planned", null, {
    added,
    removed: pathsOf("remove"),
    outdated: [...outdated, ...revived],
    changed: pathsOf("change"),
    ...(verb === undefined ? {} : { verb }),
    ...askedBy(asker),
  });
  for (const id of added) if (turn.find(id) !== undefined) turn.set(id, { cause });
  for (const id of leaving) stopNode(turn, id, { to: "stopped", why: "removed" }, NEVER, cause);
  // A turn would undo that somebody has stopped it.
  const rolled = rolling
    ? outdated.filter((id) => hasOthers(turn, id) && thenOf(turn.node(id))?.to !== "stopped")
    : [];
  for (const id of outdated) if (!rolled.includes(id)) startAnew(turn, id, cause);
  const anew = [...outdated, ...wantedActors(turn, revived)];
  const targets = appliedTargets(turn, { added, removed: leaving, anew });
  for (const id of revived) revive(turn, id, cause);
  for (const node of turn.nodes.values()) probeAnew(turn, before.get(node.id), node);
  awaitGoal(turn, request, "applied", targets);
  if (rolled.length > 0) beginRollout(turn, request, rolled, cause);
}

/** Forgets what an earlier plan had, as soon as all of that is over, and lets come what has waited for that. */
export function forgetLeft(turn: Turn): boolean {
  if (!turn.topology.hasLeaving || turn.books.left > 0) return false;
  turn.replan((state) => withPlan(state, state.plan, turn.now));
  return true;
}

/** Stops a run whose actor is another by now, to be started again; what it is to become otherwise stays decided. */
export function startAnew(turn: Turn, id: NodeId, cause: number): void {
  const { phase, doom } = turn.actor(id);
  if (phase.at === "stopping" || doom !== null) return;
  turn.setActor(id, { doom: { then: { to: "waiting" }, deadline: NEVER }, cause });
}

function refuse(turn: Turn, request: number | null): void {
  if (request === null) return;
  turn.emit({ type: "reply", request, ok: false, refusal: { kind: "torn_down", tree: ROOT } });
}

/** A node that is to be another process by now has not failed yet. */
export function revive(turn: Turn, id: NodeId, cause: number): void {
  turn.set(id, NO_FAILURES);
  conclude(turn, id, { to: "waiting" }, cause);
}

/** A start that is not ready is found ready as the new plan has it, and the health of what runs is. */
function probeAnew(turn: Turn, before: NodeState | undefined, { id, phase }: NodeState): void {
  if (phase.at === "running" && before?.phase.at === "running") {
    if (!isSameData(before.phase.spec.health, phase.spec.health)) healthAnew(turn, id);
    return;
  }
  if (phase.at !== "starting" || phase.pid === null || before?.phase.at !== "starting") return;
  if (JSON.stringify(before.phase.spec.ready) !== JSON.stringify(phase.spec.ready)) resumeStart(turn, id);
}
