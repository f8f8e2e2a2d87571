/** What another plan would do to a tree as it is now: what has no process has none that would have to be another. */
import { type ChangeAction, diffPlans, type PlanChange } from "../config/changes/diff_plans.ts";
import { type ActorSpec, ancestorsOf, nodeAt, type NodeId, type Plan, ROOT } from "../config/plan.ts";
import { isSameProcess } from "../config/process_of.ts";
import type { ActorState, State } from "./state.ts";

/** See the module. Trees that {@linkcode diffPlans} does not name come first, the others in its order. */
export function plannedChanges(state: Pick<State, "plan" | "nodes">, plan: Plan): readonly PlanChange[] {
  const diff = diffPlans(state.plan, plan);
  const mended = mendedBy(state, plan, diff);
  const changes = diff.map((change) =>
    mended.has(change.path) ? { ...change, action: "start" as const } : asItIs(state, plan, change)
  );
  const told = new Set(diff.map(({ path }) => path));
  const more = [...mended].filter((path) => !told.has(path));
  return [...more.map((path) => ({ path, action: "start" as const, keys: [] })), ...changes];
}

/** The trees that have failed, and of which something would be another process by now, or is new, or is there no more. */
function mendedBy(
  { plan: before, nodes }: Pick<State, "plan" | "nodes">,
  after: Plan,
  diff: readonly PlanChange[],
): ReadonlySet<NodeId> {
  const mended = new Set<NodeId>();
  for (const { path, action } of diff) {
    if (action === "change" || action === "refuse") continue;
    const above = ancestorsOf(nodeAt(after, path) === undefined ? before : after, path);
    const failed = above.findLast((tree) => tree !== ROOT && nodes.get(tree)?.phase.at === "failed");
    const tree = failed === undefined ? undefined : nodeAt(after, failed);
    if (tree?.kind === "tree" && nodes.get(tree.parent!)?.phase.at === "up") mended.add(tree.path);
  }
  return mended;
}

function asItIs(state: Pick<State, "plan" | "nodes">, plan: Plan, change: PlanChange): PlanChange {
  if (change.action !== "restart" && change.action !== "change") return change;
  const [before, after] = [nodeAt(state.plan, change.path)!, nodeAt(plan, change.path)!];
  const node = state.nodes.get(change.path);
  if (node?.kind !== "actor" || before.kind === "tree" || after.kind === "tree") return change;
  const action = actionFor(state, before, after, node, change.action);
  const isForLater = change.action === "restart" && action === "change";
  return { ...change, action, ...(isForLater ? { isForLater } : {}) };
}

/**
 * What has ended, or was never started, starts if it would be another process by now, if it is to serve, or if it is to start
 * with its tree. What somebody has stopped by hand stays so, and what is below a tree that is down.
 */
function actionFor(
  { nodes }: Pick<State, "nodes">,
  before: ActorSpec,
  after: ActorSpec,
  { phase }: ActorState,
  action: ChangeAction,
): ChangeAction {
  if ("run" in phase) return action;
  if (nodes.get(after.parent!)?.phase.at !== "up") return "change";
  switch (phase.at) {
    case "inactive":
      return after.autostart && !before.autostart ? "start" : "change";
    case "completed":
      return !isSameProcess(before, after) || (after.daemon && !before.daemon) ? "start" : "change";
    case "failed":
    case "backing_off":
      return isSameProcess(before, after) ? "change" : "start";
    default:
      return "change";
  }
}
