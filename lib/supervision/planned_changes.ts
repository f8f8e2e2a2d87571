/** The effect of another plan on a tree as it is now: a node without a process has none that would have to be another. */
import { type ChangeAction, diffPlans, type PlanChange } from "../config/changes/diff_plans.ts";
import { type ActorSpec, ancestorsOf, nodeAt, type NodeId, type Plan, ROOT } from "../config/plan.ts";
import { isSameProcess } from "../config/process_of.ts";
import type { ActorState, NodeState, State } from "./state.ts";

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

/** The trees that have ended, or wait for their next start, and start anew because of a change below them. */
function mendedBy(
  state: Pick<State, "plan" | "nodes">,
  after: Plan,
  diff: readonly PlanChange[],
): ReadonlySet<NodeId> {
  const { plan: before, nodes } = state;
  const mended = new Set<NodeId>();
  for (const change of diff) {
    const above = ancestorsOf(nodeAt(after, change.path) === undefined ? before : after, change.path);
    const ended = above.findLast((tree) => tree !== ROOT && hasEnded(nodes.get(tree)));
    const tree = ended === undefined ? undefined : nodeAt(after, ended);
    if (tree?.kind !== "tree" || nodes.get(tree.parent!)?.phase.at !== "up") continue;
    const isDone = nodes.get(tree.path)!.phase.at === "completed";
    const between = above.slice(0, above.indexOf(tree.path));
    const isMend = isDone
      ? between.every((inner) => startsWith(state, after, inner)) && isMore(state, after, change)
      : mends(change);
    if (isMend) mended.add(tree.path);
  }
  return mended;
}

/** Whether a tree starts whenever the tree around it does. */
function startsWith({ nodes }: Pick<State, "nodes">, after: Plan, tree: NodeId): boolean {
  const phase = nodes.get(tree)?.phase;
  if (phase === undefined) return nodeAt(after, tree)?.autostart ?? false;
  return phase.at !== "inactive" && !(phase.at === "stopped" && phase.why === "request");
}

function hasEnded(node: NodeState | undefined): boolean {
  return node?.kind === "tree" && ["failed", "backing_off", "completed"].includes(node.phase.at);
}

/** Whether a change may have taken away what a tree has failed of. */
function mends({ action }: PlanChange): boolean {
  return action !== "change" && action !== "refuse";
}

/** Whether there is more to do by a change in a tree that has done what there was: no more is wanted of what is removed. */
function isMore(state: Pick<State, "plan" | "nodes">, after: Plan, { path, action }: PlanChange): boolean {
  if (action === "add") return nodeAt(after, path)!.autostart;
  const [was, is, node] = [nodeAt(state.plan, path), nodeAt(after, path), state.nodes.get(path)];
  if (node?.kind !== "actor" || was === undefined || was.kind === "tree") return false;
  if (is === undefined || is.kind === "tree") return false;
  if (node.phase.at === "stopped") return action === "restart" && node.phase.why === "tree";
  return endedAction(was, is, node) === "start";
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
 * A node that has ended, or was never started, starts if it would be another process by now, if it is to serve, or if it is to start
 * with its tree. A node with a schedule starts at its date. A node that somebody has stopped by hand stays so, as those below a tree that is down.
 */
function actionFor(
  { nodes }: Pick<State, "nodes">,
  before: ActorSpec,
  after: ActorSpec,
  node: ActorState,
  action: ChangeAction,
): ChangeAction {
  if ("run" in node.phase) return action;
  if (nodes.get(after.parent!)?.phase.at !== "up") return "change";
  return endedAction(before, after, node);
}

function endedAction(before: ActorSpec, after: ActorSpec, { phase }: ActorState): ChangeAction {
  if (after.schedule !== null && phase.at !== "backing_off") return "change";
  switch (phase.at) {
    case "scheduled":
      return phase.last !== null && !after.daemon && isSameProcess(before, after) ? "change" : "start";
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
